/** What somebody sees who is not signed in: how to get in. */
import { type FormEvent, useId, useState } from 'react';
import type { Messages } from '../locales/en.ts';
import { pastedCode } from './sign-in-link.ts';
import { Icon } from './ui/Icon.tsx';

export function SignIn({ t, problem, onCode }: { t: Messages; problem: string | null; onCode(code: string): void }) {
  const [text, setText] = useState('');
  const id = useId();
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const code = pastedCode(text);
    if (code !== '') onCode(code);
  };
  return (
    <main className="sign-in">
      <p className="brand">{t.appName}</p>
      <h1>{t.signInTitle}</h1>
      <p>{t.signInText}</p>
      <p className="sign-in-note">
        {t.signInAnother} <code>paliadin link</code>
      </p>
      {problem !== null && (
        <p className="sign-in-problem" role="alert">
          <Icon name="alert" />
          {problem}
        </p>
      )}
      <form onSubmit={onSubmit}>
        <label htmlFor={id}>{t.signInField}</label>
        <div className="sign-in-row">
          <input
            id={id}
            value={text}
            onChange={(event) => setText(event.target.value)}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            required
          />
          <button type="submit" className="button button-main">
            {t.signInButton}
          </button>
        </div>
      </form>
    </main>
  );
}
