/** The chat's own way in, for somebody who comes here first. */
import { SignIn } from '../chat/SignIn.tsx';
import '../chat/app.css';
import { messagesOf } from '../locales/locale.ts';

export interface SignInHereProps {
  locale: string;
  /** `code`: the link was not good; else why, in words. */
  refused: string | null;
  onCode(code: string): void;
}

export function SignInHere({ locale, refused, onCode }: SignInHereProps) {
  const t = messagesOf(locale);
  return <SignIn t={t} problem={refused === 'code' ? t.codeRefused : refused} onCode={onCode} />;
}
