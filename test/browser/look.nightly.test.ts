/** How the page looks in its states: measured, checked by axe, and saved as pictures for review. */
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { en as reasons } from '../../src/contract/locales/en.ts';
import { en } from '../../src/web/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { type Person, signedIn } from './chat.ts';
import { look, PHONE } from './look.ts';

const browser = useBrowser();
const gateway = useGateway();

const DARK = { colorScheme: 'dark' } as const;

/** A conversation with one of everything that a page has to draw. */
async function converse({ ask }: Person): Promise<void> {
  await (await ask('Which cases are due?')).answered();
  await (await ask('demo markdown')).answered();
  await (await ask('demo code')).answered();
}

test('the first screen', async () => {
  const { page } = await signedIn(browser, gateway(), 'anna');
  await page.getByRole('heading', { name: en.welcome }).waitFor();
  await look(page, 'empty');
});

test('a conversation, and the dialog to start over', async () => {
  const ben = await signedIn(browser, gateway(), 'ben', { path: '/?page=https://cases.example/board' });
  await converse(ben);
  await look(ben.page, 'conversation');
  await ben.log.evaluate((element) => {
    element.scrollTop = 300;
  });
  await look(ben.page, 'conversation-markdown');
  await ben.button(en.startOver).click();
  await ben.dialog.waitFor();
  await look(ben.page, 'dialog');
});

test('a streaming answer, a waiting question, a comment, a failure, a cut', async () => {
  const { page, ask, release, button, dialog } = await signedIn(browser, gateway(), 'carl');
  await (await ask('demo limit')).says(reasons.agent_limit);
  const first = await ask('demo at once');
  await first.answered();
  await first.button(en.bad).click();
  await first.whole.getByRole('textbox').waitFor();
  await (await ask('demo hold x')).says('This is the first half.');
  await (await ask('Which cases are overdue?')).says('Waiting: next in line');
  await look(page, 'busy');
  await release('x');
  await button(en.settings).click();
  await page.getByRole('region', { name: en.settings }).waitFor();
  await look(page, 'settings');
  await page.keyboard.press('Escape');
  await button(en.startOver).click();
  await dialog.getByRole('button', { name: en.startOver }).click();
  await page.getByText(en.newConversation).waitFor();
  await look(page, 'cut');
});

test('a conversation in the dark theme', async () => {
  const dora = await signedIn(browser, gateway(), 'dora', { options: DARK });
  await converse(dora);
  await look(dora.page, 'dark-conversation');
  await (await dora.ask('demo crash')).says(reasons.agent_stopped);
  await look(dora.page, 'dark-failure');
  expect(await brightness(dora.page.locator('html'), 'backgroundColor')).toBeLessThan(50);
  expect(await brightness(dora.box, 'color')).toBeGreaterThan(200);
});

test('the theme can be chosen, and is kept after a reload', async () => {
  const { page, button } = await signedIn(browser, gateway(), 'emil', { options: DARK });
  const ground = page.locator('html');
  await button(en.settings).click();
  await page.getByRole('radio', { name: en.themes.light }).check();
  expect(await brightness(ground, 'backgroundColor')).toBe(255);
  await page.reload();
  await button(en.settings).waitFor();
  expect(await brightness(ground, 'backgroundColor')).toBe(255);
  await button(en.settings).click();
  await page.getByRole('radio', { name: en.themes.system }).check();
  expect(await brightness(ground, 'backgroundColor')).toBeLessThan(50);
});

test('the chat on a phone', async () => {
  const fred = await signedIn(browser, gateway(), 'fred', { options: PHONE });
  const { page, button, box, dialog, log, ask } = fred;
  await look(page, 'phone-empty');
  await converse(fred);
  await fitsTheScreen(page);
  await look(page, 'phone-conversation');

  // Every control can be reached with a thumb, and is large enough for it.
  await box.fill('and another');
  for (const control of [button(en.send), button(en.settings), button(en.startOver), box]) {
    await isReachable(control);
  }
  await button(en.settings).tap();
  await page.getByRole('region', { name: en.settings }).waitFor();
  await fitsTheScreen(page);
  await look(page, 'phone-settings');
  await page.keyboard.press('Escape');
  await button(en.startOver).tap();
  await isReachable(dialog.getByRole('button', { name: en.startOver }));
  await look(page, 'phone-dialog');
  await dialog.getByRole('button', { name: en.cancel }).tap();

  // A table and code scroll by themselves.
  await log.getByRole('group', { name: en.table }).last().scrollIntoViewIfNeeded();
  await look(page, 'phone-markdown');
  await box.fill('demo hold x');
  await button(en.send).tap();
  await fred.turn('demo hold x').says('This is the first half.');
  await isReachable(button(en.stop));
  await button(en.stop).tap();
  await fred.turn('demo hold x').says(en.stopped);
  await ask(`demo echo ${'w'.repeat(300)}`);
  await fitsTheScreen(page);
});

test('the sign-in page', async () => {
  for (const [name, options] of Object.entries({ 'sign-in': {}, 'phone-sign-in': { ...PHONE, ...DARK } })) {
    const { page, expectTrouble } = await browser.visitor(gateway().url, options);
    expectTrouble(/401 \(Unauthorized\)/);
    await page.goto('/#code=used-already');
    await page.getByRole('alert').waitFor();
    await fitsTheScreen(page);
    await look(page, name);
  }
});

/** Nothing is cut off at the side, and nothing but the conversation scrolls. */
async function fitsTheScreen(page: Page): Promise<void> {
  const sizes = await page.evaluate(() => {
    const { scrollWidth, scrollHeight, clientWidth, clientHeight } = document.documentElement;
    const log = document.querySelector('[role=log]');
    return {
      tooWide: scrollWidth - clientWidth,
      tooHigh: scrollHeight - clientHeight,
      logTooWide: log === null ? 0 : log.scrollWidth - log.clientWidth,
    };
  });
  expect(sizes).toEqual({ tooWide: 0, tooHigh: 0, logTooWide: 0 });
}

/** Whole on the screen, not below something else, and as large as a fingertip. */
async function isReachable(control: Locator): Promise<void> {
  const rect = await control.boundingBox();
  const screen = control.page().viewportSize();
  if (rect === null || screen === null) throw new Error(`${control} is not on the screen`);
  expect(rect.x).toBeGreaterThanOrEqual(0);
  expect(rect.x + rect.width).toBeLessThanOrEqual(screen.width);
  expect(rect.y + rect.height).toBeLessThanOrEqual(screen.height);
  expect(Math.min(rect.width, rect.height)).toBeGreaterThanOrEqual(40);
  await control.click({ trial: true });
}

/** 0 is black, 255 is white. */
async function brightness(element: Locator, property: 'color' | 'backgroundColor'): Promise<number> {
  const colour = await element.evaluate((node, name) => getComputedStyle(node)[name], property);
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return (red + green + blue) / 3;
}
