/** An answer. What renders Markdown is most of the page's code, so it comes beside the first requests, not before them. */
import { lazy, Suspense, useMemo } from 'react';
import { AnswerLinksContext } from './markdown/context.ts';
import { PlainText } from './PlainText.tsx';
import { Fallback } from './ui/Fallback.tsx';
import { useGradually } from './ui/useGradually.ts';

export interface AnswerProps {
  text: string;
  growing: boolean;
  /** Where the question was asked: chips of the application lead there. */
  base: string | null;
  onAsk(question: string): void;
}

export function Answer({ text, growing, base, onAsk }: AnswerProps) {
  const shown = useGradually(text);
  const links = useMemo(() => ({ ask: onAsk, base }), [onAsk, base]);
  return (
    <AnswerLinksContext value={links}>
      <Fallback with={<PlainText text={shown} />}>
        <Suspense fallback={<PlainText text={shown} />}>
          <Markdown text={shown} growing={growing || shown.length < text.length} />
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
