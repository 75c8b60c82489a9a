/** The widget from one page of the application to the next, each of which is loaded anew. */
import type { Frame, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { en } from '../../src/web/locales/en.ts';
import { APPLICATION_HOST, type Application, startApplication } from '../support/application.ts';
import { useBrowser } from '../support/browser.ts';
import { chatOn } from './chat.ts';

const browser = useBrowser({ names: [APPLICATION_HOST] });

async function strictApplication(): Promise<Application> {
  const app = await startApplication();
  app.state.csp = `default-src 'self'; script-src ${app.gateway.url}; frame-src ${app.gateway.url}`;
  app.state.body = '<input id="field" autofocus><a href="/cases/43">Next</a>';
  return app;
}

/** The page's policy forbids what `waitForFunction` would evaluate. */
const loaderIn = (page: Page) => expect.poll(() => page.evaluate('"Paliadin" in window')).toBe(true);

async function openIn(page: Page): Promise<Frame> {
  await loaderIn(page);
  await page.evaluate('Paliadin.open()');
  return await frameIn(page);
}

async function frameIn(page: Page): Promise<Frame> {
  await expect.poll(() => page.frames().length).toBe(2);
  const frame = page.frames()[1] as Frame;
  await frame.locator('main').waitFor({ state: 'attached' });
  return frame;
}

const isShown = async (frame: Frame) => (await (await frame.frameElement()).boundingBox()) !== null;

test('a panel that was open is open again on the next page, with its conversation and draft, and leaves the focus there', async () => {
  const app = await strictApplication();
  const { page, expectTrouble } = await app.visit(browser);
  expectTrouble(/Autofocus processing was blocked/);
  const first = chatOn((await openIn(page)) as never);
  await first.box.waitFor();
  await (await first.ask('demo at once')).answered();
  await first.page.getByRole('button', { name: en.newChat, exact: true }).click();
  await first.turn('demo at once').whole.waitFor({ state: 'detached' });
  await (await first.ask('demo echo of the second')).answered();
  // Not the one that was used last.
  await first.page.getByRole('button', { name: en.showConversations }).click();
  await first.page.getByRole('dialog').getByRole('link', { name: 'demo at once' }).click();
  await first.turn('demo at once').answered();
  await first.box.fill('half a question');

  await page.getByRole('link', { name: 'Next' }).click();
  await page.waitForURL('**/cases/43');
  const frame = await frameIn(page);
  await expect.poll(() => isShown(frame)).toBe(true);
  const again = chatOn(frame as never);
  await again.turn('demo at once').answered();
  expect(await again.box.inputValue()).toBe('half a question');
  expect(await page.evaluate('document.activeElement.id')).toBe('field');
});

test('a panel that was closed, or whose person signed out, is not even loaded on the next page', async () => {
  const app = await strictApplication();
  const { page } = await app.visit(browser);
  for (const end of ['Paliadin.close()', 'Paliadin.shutdown()']) {
    await chatOn((await openIn(page)) as never).box.waitFor();
    await page.evaluate(end);
    await page.goto('/cases/43');
    await loaderIn(page);
    expect(page.frames()).toHaveLength(1);
  }
});

test('whoever signs in after somebody else, without shutdown(), finds the panel closed and nothing of theirs', async () => {
  const app = await strictApplication();
  const { page } = await app.visit(browser);
  const anas = chatOn((await openIn(page)) as never);
  await (await anas.ask('demo echo of Ana')).answered();
  await anas.box.fill('a draft of Ana');
  app.state.user = { id: 'ben', name: 'Ben Okafor' };
  await page.goto('/cases/43');
  const frame = await frameIn(page);
  await expect.poll(() => page.evaluate('sessionStorage.paliadin')).toBe('');
  await frame.locator('textarea').waitFor({ state: 'attached' });
  expect(await isShown(frame)).toBe(false);
  expect(await frame.evaluate('JSON.stringify(sessionStorage)')).not.toContain('draft of Ana');
  // Nor does it come back by itself.
  await page.goto('/cases/44');
  await loaderIn(page);
  expect(page.frames()).toHaveLength(1);
  await openIn(page);
  expect(await chatOn((await frameIn(page)) as never).box.inputValue()).toBe('');
});

test('on a phone, where the panel would cover the page that was opened, it stays closed', async () => {
  const app = await strictApplication();
  const { page } = await app.visit(browser);
  await page.setViewportSize({ width: 390, height: 844 });
  await chatOn((await openIn(page)) as never).box.waitFor();
  await page.goto('/cases/43');
  await loaderIn(page);
  expect(page.frames()).toHaveLength(1);
});

test('the loader works in a page that has no storage', async () => {
  const app = await strictApplication();
  app.state.csp = `sandbox allow-scripts allow-same-origin`;
  const { page, expectTrouble } = await app.visit(browser);
  expectTrouble(/./);
  await page.addInitScript(
    `Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no', 'SecurityError'); } })`,
  );
  await page.reload();
  await loaderIn(page);
  await page.evaluate('Paliadin.open()');
  await chatOn((await frameIn(page)) as never).box.waitFor();
});
