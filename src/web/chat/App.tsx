/** From sign-in to the chat. */
import { messagesOf } from '../locales/locale.ts';
import { SignedIn } from '../sign-in/SignedIn.tsx';
import type { SignInLink } from '../sign-in/sign-in-link.ts';
import type { Memory } from '../storage.ts';
import { Chat } from './Chat.tsx';
import './app.css';

/** `kept` outlives the tab, `ofTab` does not. */
export function App({ link, kept, ofTab }: { link: SignInLink | null; kept: Memory; ofTab: Memory }) {
  return (
    <SignedIn
      link={link}
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
        const words = unreachable ? t.unreachable : link === null ? '' : t.signingIn;
        return (
          <main className="app-wait">
            <p role="status">{words}</p>
          </main>
        );
      }}
    />
  );
}
