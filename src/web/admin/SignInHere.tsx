/** The chat's own way in, for somebody who comes here first. */
import { useMemo } from 'react';
import { createApi } from '../chat/api.ts';
import SignIn from '../chat/SignIn.tsx';
import '../chat/app.css';
import { messagesOf } from '../locales/locale.ts';

export interface SignInHereProps {
  locale: string;
  /** What went wrong with the last attempt; null where nothing did. */
  problem: unknown;
  onCode(code: string): void;
}

export function SignInHere({ locale, problem, onCode }: SignInHereProps) {
  const api = useMemo(() => createApi(() => locale, window.fetch.bind(window)), [locale]);
  return <SignIn {...{ locale, api, problem, onCode }} t={messagesOf(locale)} />;
}
