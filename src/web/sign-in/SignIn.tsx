/** What somebody sees who is not signed in: how to get in, by the ways that there are here. */
import { type FormEvent, useEffect, useId, useState } from 'react';
import { isSignedOut, Refusal } from '../../client/request.ts';
import type { SignInWays } from '../../contract/api.ts';
import { Brand } from '../Brand.tsx';
import type { Api } from '../chat/api.ts';
import { languageOf } from '../locales/choose.ts';
import type { Messages } from '../locales/en.ts';
import { messagesOf } from '../locales/locale.ts';
import { signInWords } from '../locales/sign-in.ts';
import { pastedLink, type SignInLink } from './sign-in-link.ts';
import '../chat/app.css';
import './sign-in.css';
import { Icon } from '../chat/ui/Icon.tsx';

interface SignInProps {
  locale: string;
  api: Pick<Api, 'signInWays'>;
  /** What went wrong with the last attempt; null where nothing did. */
  problem: unknown;
  /** Whoever was here was signed in, as far as this page knows. */
  ended: boolean;
  onLink(link: SignInLink): void;
}

export default function SignIn({ locale, api, problem, ended, onLink }: SignInProps) {
  const t = messagesOf(locale);
  const words = signInWords[languageOf(locale)];
  const ways = useWays(api);
  if (ways === null) return <main className="sign-in" aria-busy="true" />;
  const alone = !ways.application && !ways.proxy;
  const lapsed = ways.lapsed ?? (ended ? 'ended' : null);
  const byLink = <ByLink words={words} onLink={onLink} />;
  return (
    <main className="sign-in">
      <Brand as="p" name={t.appName} />
      <h1>{words.title}</h1>
      {problem === null && lapsed !== null && <p role="status">{words[lapsed]}</p>}
      {ways.application && <FromApplication words={words} url={ways.applicationUrl} />}
      {ways.proxy && <p>{words.byProxy}</p>}
      {problem !== null && (
        <p className="sign-in-problem" role="alert">
          <Icon name="alert" />
          {problemWords(problem, words, t)}
        </p>
      )}
      {refusedToken(problem) && <p className="sign-in-note">{problem.body.detail}</p>}
      {ways.proxy && (
        <button type="button" className="button button-main" onClick={() => window.location.reload()}>
          {words.reload}
        </button>
      )}
      {alone ? (
        byLink
      ) : (
        <details>
          <summary>{words.withLink}</summary>
          {byLink}
        </details>
      )}
    </main>
  );
}

type Words = (typeof signInWords)['en'];

function FromApplication({ words, url }: { words: Words; url: string | null }) {
  return (
    <>
      <p>{words.fromApplication}</p>
      {url !== null && (
        <p>
          <a className="button button-main" href={url}>
            {words.toApplication}
          </a>
        </p>
      )}
    </>
  );
}

function ByLink({ words, onLink }: { words: Words; onLink(link: SignInLink): void }) {
  const [text, setText] = useState('');
  const id = useId();
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const link = pastedLink(text);
    if (link !== null) onLink(link);
  };
  return (
    <>
      <p>{words.link}</p>
      <p className="sign-in-note">
        {words.another} <code>paliadin link</code>
      </p>
      <form onSubmit={onSubmit}>
        <label htmlFor={id}>{words.field}</label>
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
            {words.button}
          </button>
        </div>
      </form>
    </>
  );
}

/** Null until they are known. Where they can't be asked for, the way that there always is will do. */
function useWays(api: Pick<Api, 'signInWays'>): SignInWays | null {
  const [ways, setWays] = useState<SignInWays | null>(null);
  useEffect(() => {
    api
      .signInWays()
      .then(setWays, () => setWays({ application: false, applicationUrl: null, proxy: false, lapsed: null }));
  }, [api]);
  return ways;
}

function problemWords(problem: unknown, words: Words, t: Messages): string {
  if (refusedToken(problem)) return problem.body.message;
  if (isSignedOut(problem)) return words.refused;
  if (!(problem instanceof Refusal)) return t.unreachable;
  return problem.status === 403 ? words.shutOut : problem.body.message;
}

/** The application's token: its detail is for the application's developer, who alone can do something about it. */
function refusedToken(problem: unknown): problem is Refusal {
  return problem instanceof Refusal && problem.body.reason !== undefined;
}
