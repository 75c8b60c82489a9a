/** The agent's steps, as the chat lists them. */
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Steps } from '../../src/web/chat/Steps.tsx';
import { type Page, PageContext } from '../../src/web/chat/ui/page.ts';
import { en } from '../../src/web/locales/en.ts';

test('a step of less than a second shows no duration', () => {
  const page: Page = { t: en, locale: 'en', appOrigins: [], announce: () => undefined, toBox: () => undefined };
  const steps = [400, 2400].map((ms) => ({
    id: String(ms),
    title: 'Read',
    status: 'done' as const,
    startedAt: 0,
    endedAt: ms,
  }));
  const html = renderToStaticMarkup(
    <PageContext value={page}>
      <Steps steps={steps} />
    </PageContext>,
  );
  expect([...html.matchAll(/class="elapsed">([^<]*)</g)].map(([, text]) => text)).toEqual(['2\u00a0s']);
});
