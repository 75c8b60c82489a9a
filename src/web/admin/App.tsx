/** From sign-in to the dashboard, in the words of the language. Whether it is for who is there, the shell says. */
import { useEffect, useMemo, useState } from 'react';
import { openEventStream, type StreamHandlers } from '../../client/event-stream.ts';
import { createCall, createSend } from '../../client/request.ts';
import { download } from '../download.ts';
import { languageOf } from '../locales/choose.ts';
import { type Gateway, SignedIn, type SignedInPage } from '../sign-in/SignedIn.tsx';
import type { SignInLink } from '../sign-in/sign-in-link.ts';
import type { Memory } from '../storage.ts';
import { createLive } from './data/live.ts';
import type { Words } from './locales/en.ts';
import { loadWords } from './locales/load.ts';
import { Shell } from './Shell.tsx';

export function App({ link, kept }: { link: SignInLink | null; kept: Memory }) {
  return (
    <SignedIn
      link={link}
      kept={kept}
      page={(page) => <Dashboard {...page} kept={kept} />}
      wait={(state) => <Wait {...state} />}
    />
  );
}

function Dashboard({ me, gateway, locale, session, onLanguage, kept }: SignedInPage & { kept: Memory }) {
  const reach = useMemo(() => reachDashboard(gateway), [gateway]);
  const words = useWords(locale);
  if (words === null) return <Wait locale={locale} unreachable={false} />;
  return (
    <Shell
      // Another person is another visit.
      key={me.user.id}
      {...reach}
      w={words}
      locale={locale}
      me={me}
      kept={kept}
      onLanguage={onLanguage}
      // Signed out, shut out, or no admin any more: who one is says which.
      onTurnedAway={session.identify}
      onSignOut={session.signOut}
    />
  );
}

function Wait({ locale, unreachable }: { locale: string; unreachable: boolean }) {
  const words = useWords(locale);
  return (
    <main className="app-wait">
      <p role="status">{unreachable ? words?.unreachable : ''}</p>
    </main>
  );
}

/** What the dashboard's pages ask the gateway with. */
function reachDashboard({ api, fetch, locale }: Gateway) {
  const follow = (path: string, handlers: StreamHandlers) => openEventStream(fetch, path, handlers);
  return {
    follow,
    call: createCall(locale, fetch),
    readFile: api.attachments.read,
    save: (path: string) => download(createSend(locale, fetch), path),
    live: createLive({
      open: (handlers) => follow('/api/admin/events', handlers),
      now: () => Date.now(),
      random: () => Math.random(),
    }),
  };
}

/** Those of the language before stay until the new ones are there. */
function useWords(locale: string): Words | null {
  const [words, setWords] = useState<Words | null>(null);
  const language = languageOf(locale);
  useEffect(() => {
    let left = false;
    loadWords(language).then(
      (loaded) => !left && setWords(loaded),
      () => undefined,
    );
    return () => {
      left = true;
    };
  }, [language]);
  return words;
}
