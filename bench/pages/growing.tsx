/** The page of the benchmark of Markdown: an answer of the chat, by itself, that grows as often as it is told to. */
import '../../src/web/base.css';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { Markdown } from '../../src/web/chat/markdown/Markdown.tsx';
import { PageContext } from '../../src/web/chat/ui/page.ts';
import { en } from '../../src/web/locales/en.ts';

const root = createRoot(document.body.appendChild(document.createElement('div')));
const page = { t: en, locale: 'en', appOrigins: [], announce: () => undefined, toBox: () => undefined };

Object.assign(window, {
  /** Milliseconds from the longer text to what is laid out of it. */
  grow(text: string): number {
    const since = performance.now();
    flushSync(() =>
      root.render(
        <PageContext value={page}>
          <Markdown text={text} growing />
        </PageContext>,
      ),
    );
    document.body.getBoundingClientRect();
    return performance.now() - since;
  },
});
