/** Says that the sign-in of what lies before the gateway has ended, and offers the way to it: any load of the page leads there. */
import { useSyncExternalStore } from 'react';
import { boundaryWords } from '../locales/boundary.ts';
import type { ProxySignIn } from './proxy-sign-in.ts';
import './sign-in-again.css';

export function SignInAgain({ proxySignIn }: { proxySignIn: ProxySignIn }) {
  const hasEnded = useSyncExternalStore(proxySignIn.subscribe, proxySignIn.hasEnded);
  if (!hasEnded) return null;
  const { signInEnded, signInEndedText, signInAgain } = boundaryWords();
  return (
    <div className="sign-in-again" role="alert">
      <p>
        <strong>{signInEnded}</strong> {signInEndedText}
      </p>
      <button type="button" className="button button-main" onClick={() => location.reload()}>
        {signInAgain}
      </button>
    </div>
  );
}
