/** An answer. What renders Markdown is a third of the page's code, so it comes with the first question, not before the box. */
import { type ComponentType, lazy, Suspense, useMemo } from 'react';
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

let loading: Promise<{ default: ComponentType<{ text: string; growing: boolean }> }> | null = null;

/** Begins to load what renders answers. Harmless to repeat. */
export function loadRenderer() {
  loading ??= import('./markdown/Markdown.tsx').then(
    ({ Markdown }) => ({ default: Markdown }),
    // An answer that can be read unformatted is better than none.
    () => ({ default: PlainText }),
  );
  return loading;
}

const Markdown = lazy(loadRenderer);
