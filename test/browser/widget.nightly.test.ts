/** The widget in an application's page, across two sites. */
import type { Frame } from 'playwright-core';
import { expect, test } from 'vitest';
import { en } from '../../src/web/locales/en.ts';
import { APPLICATION_HOST, openWidget, release, startApplication } from '../support/application.ts';
import { useBrowser } from '../support/browser.ts';
import { chatOn } from './chat.ts';

const browser = useBrowser({ names: [APPLICATION_HOST] });
const chatIn = (frame: Frame) => chatOn(frame as never);

test('a person opens the widget, asks, and gets the answer, with no cookie and no token in any address', async () => {
  const app = await startApplication();
  const { page, chat, context } = await app.visit(browser);
  const requested: string[] = [];
  page.on('request', (request) => requested.push(request.url()));
  await page.waitForFunction('window.Paliadin');
  expect(app.tokens()).toBe(0);
  expect(page.frames()).toHaveLength(1);
  await openWidget(page);
  const frame = await chat();
  const { ask, box } = chatIn(frame);
  await box.waitFor();
  const turn = await ask('demo at once');
  await turn.answered();
  const { users, turns } = await app.gateway.store();
  const user = await users.bySubject('jwt:ana');
  expect(user?.name).toBe('Ana Richter');
  const [line] = await turns.list({ userId: user?.id ?? '', limit: 1 });
  expect((await turns.get(line?.turnId ?? ''))?.pageOrigin).toBe(`${app.origin}/cases/42`);
  expect(await context.cookies()).toEqual([]);
  expect(requested.filter((url) => /eyJ|pale_/.test(url))).toEqual([]);

  // The conversation goes on in the next page.
  await page.goto('/cases/43');
  await openWidget(page);
  await chatIn(await chat())
    .turn('demo at once')
    .answered();
});

test('what renders answers is not loaded before the box is there, but with the first question', async () => {
  const app = await startApplication();
  const { page, chat } = await app.visit(browser);
  const renderer = () => requested.filter((url) => /\/assets\/Markdown-[^/]+\.js$/.test(url));
  const requested: string[] = [];
  page.on('request', (request) => requested.push(request.url()));
  await openWidget(page);
  const { ask, box } = chatIn(await chat());
  await box.waitFor();
  expect(renderer()).toEqual([]);
  await (await ask('demo at once')).answered();
  await expect.poll(renderer).toHaveLength(1);
});

test('the widget lists a person’s conversations in a drawer, and begins another', async () => {
  const app = await startApplication();
  const { page, chat } = await app.visit(browser);
  await page.waitForFunction('window.Paliadin');
  await openWidget(page);
  const frame = await chat();
  await (await chatIn(frame).ask('demo at once')).answered();
  await frame.getByRole('button', { name: en.newChat, exact: true }).click();
  await chatIn(frame).turn('demo at once').whole.waitFor({ state: 'detached' });
  await (await chatIn(frame).ask('What can you do?')).answered();
  await frame.getByRole('button', { name: en.showConversations }).click();
  const drawer = frame.getByRole('dialog', { name: en.conversations });
  // The last words of an entry may be that it has a new answer.
  await expect
    .poll(() => drawer.getByRole('link').allTextContents())
    .toEqual([expect.stringMatching(/^What can you do/), expect.stringMatching(/^demo at once/)]);
  await drawer.getByRole('link', { name: 'demo at once' }).click();
  await chatIn(frame).turn('demo at once').answered();
  expect(await chatIn(frame).turn('What can you do?').whole.count()).toBe(0);
});

test('a token that ends in the middle of an answer is fetched again, and nobody notices', async () => {
  const app = await startApplication({ env: { PALIADIN_JWT_MAX_AGE: '10s' } });
  app.state.lifetime = 10;
  const { page, chat, expectTrouble } = await app.visit(browser);
  expectTrouble(/401 \(Unauthorized\)/);
  await openWidget(page);
  const chatted = chatIn(await chat());
  await chatted.box.waitFor();
  const turn = await chatted.ask('demo hold end');
  const before = app.tokens();
  await expect.poll(() => app.tokens(), { timeout: 25_000 }).toBeGreaterThan(before);
  await release(app, 'ana', 'end');
  await turn.answered();
  expect(await page.frames()[1]?.locator('.status:not(.only-read)').count()).toBe(0);
});
