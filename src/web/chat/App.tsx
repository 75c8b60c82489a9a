/** From sign-in to the chat. */
import { messagesOf } from '../locales/locale.ts';
import { SignedIn } from '../sign-in/SignedIn.tsx';
import type { Memory } from '../storage.ts';
import { Chat } from './Chat.tsx';
import './app.css';

/** `kept` outlives the tab, `ofTab` does not. */
export function App({ code, kept, ofTab }: { code: string | null; kept: Memory; ofTab: Memory }) {
  return (
    <SignedIn
      code={code}
      kept={kept}
      page={({ me, gateway, locale, session, onLanguage }) => (
        <Chat
          // Another person is another visit.
          key={me.user.id}
          me={me}
          api={gateway.api}
          locale={locale}
          kept={kept}
          ofTab={ofTab}
          onLanguage={onLanguage}
          onSignedOut={session.turnedAway}
          onSignOut={session.signOut}
        />
      )}
      wait={({ locale, unreachable }) => {
        const t = messagesOf(locale);
        const words = unreachable ? t.unreachable : code === null ? '' : t.signingIn;
        return (
          <main className="app-wait">
            <p role="status">{words}</p>
          </main>
        );
      }}
    />
  );
}
