/** Asks before a link signs in somebody else in the place of who is signed in. Nothing changes before the answer. */
import { useEffect, useId, useRef } from 'react';
import { isSignedOut, Refusal } from '../../client/request.ts';
import { languageOf } from '../locales/choose.ts';
import { signInWords } from '../locales/sign-in.ts';
import type { Replacement } from './useSession.ts';
import '../chat/dialog.css';

export interface ReplaceDialogProps {
  locale: string;
  replacement: Replacement;
  onStay(): void;
  onReplace(): void;
}

export default function ReplaceDialog({ locale, replacement, onStay, onReplace }: ReplaceDialogProps) {
  const words = signInWords[languageOf(locale)];
  const { signedInAs, linkFor, problem } = replacement;
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // A link that has been used since is not tried again.
  const over = isSignedOut(problem);

  useEffect(() => dialog.current?.showModal(), []);

  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      onClose={onStay}
    >
      <h2 id={`${id}-title`}>{words.replaceTitle(linkFor)}</h2>
      <p id={`${id}-text`}>{words.replaceText(signedInAs)}</p>
      {problem !== null && (
        <p className="dialog-problem" role="alert">
          {problemWords(problem, signedInAs, words)}
        </p>
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          {over ? words.close : words.stay}
        </button>
        {!over && (
          <button type="button" className="button button-main" onClick={onReplace}>
            {words.replace}
          </button>
        )}
      </div>
    </dialog>
  );
}

function problemWords(problem: unknown, signedInAs: string, words: (typeof signInWords)['en']): string {
  if (isSignedOut(problem)) return words.notReplaced(signedInAs);
  if (!(problem instanceof Refusal)) return words.notReached;
  return problem.status === 403 ? words.shutOut : problem.body.message;
}
