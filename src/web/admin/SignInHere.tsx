/** The chat's own way in, for somebody who comes here first. */
import type { Api } from '../chat/api.ts';
import SignIn from '../chat/SignIn.tsx';
import '../chat/app.css';
import { messagesOf } from '../locales/locale.ts';

export interface SignInHereProps {
  locale: string;
  api: Pick<Api, 'signInWays'>;
  /** What went wrong with the last attempt; null where nothing did. */
  problem: unknown;
  ended: boolean;
  onCode(code: string): void;
}

export function SignInHere({ locale, ...rest }: SignInHereProps) {
  return <SignIn {...rest} locale={locale} t={messagesOf(locale)} />;
}
