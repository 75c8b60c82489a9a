/** An answer. What renders Markdown is most of the page's code, so it comes beside the first requests, not before them. */
import { lazy, Suspense, useDeferredValue, useMemo } from 'react';
import { AnswerLinksContext } from './markdown/context.ts';
import { PlainText } from './PlainText.tsx';
import { Fallback } from './ui/Fallback.tsx';

export interface AnswerProps {
  text: string;
  growing: boolean;
  /** Where the question was asked: chips of the application lead there. */
  base: string | null;
  onAsk(question: string): void;
}

export function Answer({ text, growing, base, onAsk }: AnswerProps) {
  // A burst of text must not hold up the keyboard: it is drawn block by block, in between. What is there from
  // the start is drawn at once, unless it is too much for that.
  const shown = useDeferredValue(text, text.length > AT_ONCE ? '' : text);
  const links = useMemo(() => ({ ask: onAsk, base }), [onAsk, base]);
  return (
    <AnswerLinksContext value={links}>
      <Fallback with={<PlainText text={shown} />}>
        <Suspense fallback={<PlainText text={shown} />}>
          <Markdown text={shown} growing={growing} />
        </Suspense>
      </Fallback>
    </AnswerLinksContext>
  );
}

const loading = import('./markdown/Markdown.tsx').then(
  ({ Markdown }) => ({ default: Markdown }),
  // An answer that can be read unformatted is better than none.
  () => ({ default: PlainText }),
);
const Markdown = lazy(() => loading);

/** Some ten milliseconds of drawing. */
const AT_ONCE = 20_000;
