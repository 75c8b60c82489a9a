/** From sign-in to the chat. */
import { messagesOf } from '../locales/locale.ts';
import { SignedIn } from '../sign-in/SignedIn.tsx';
import type { SignInLink } from '../sign-in/sign-in-link.ts';
import type { Memory } from '../storage.ts';
import { Conversations } from './conversations/Conversations.tsx';
import './app.css';

/** `kept` outlives the tab. */
export function App({ link, kept }: { link: SignInLink | null; kept: Memory }) {
  return (
    <SignedIn
      link={link}
      kept={kept}
      page={({ me, gateway, locale, session, onLanguage }) => (
        <Conversations
          // Another person is another visit.
          key={me.user.id}
          me={me}
          api={gateway.api}
          locale={locale}
          kept={kept}
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
