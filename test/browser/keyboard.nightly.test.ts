import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { en } from '../../src/web/locales/en.ts';
import { messagesOf } from '../../src/web/locales/locale.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { signedIn } from './chat.ts';

const browser = useBrowser({ sameTab: true });
const gateway = useGateway();

/** Accessible name, or text, of what has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (element instanceof HTMLTextAreaElement || element instanceof HTMLInputElement) {
      return element.labels?.[0]?.textContent ?? '';
    }
    return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
  });
}

/** Goes on with Tab until this has the focus. */
async function tabTo(page: Page, name: string, key = 'Tab'): Promise<void> {
  const passed: string[] = [];
  while ((await focused(page)) !== name) {
    passed.push(await focused(page));
    if (passed.length > 40) throw new Error(`${key} does not lead to “${name}”, only to ${passed.join(', ')}`);
    await page.keyboard.press(key);
  }
}

test('everything can be done by keyboard', async () => {
  const { page, turn, dialog, log, box, release } = await signedIn(browser, gateway(), 'anna');
  const { keyboard } = page;
  await expect.poll(() => focused(page)).toBe(en.question);

  // Ask, and go to the chip of the answer.
  await keyboard.type('demo chips');
  await keyboard.press('Enter');
  await turn('demo chips').answered();
  await tabTo(page, 'Show the overdue ones', 'Shift+Tab');
  await keyboard.press('Enter');
  await turn('Show the overdue ones').answered();
  expect(await focused(page)).toBe(en.question);

  // Rate it, with a comment.
  await tabTo(page, en.bad, 'Shift+Tab');
  await keyboard.press('Space');
  await expect.poll(() => focused(page)).toBe(en.commentBad);
  await keyboard.type('too short');
  await tabTo(page, en.commentSend);
  await keyboard.press('Enter');
  await log.getByText('too short').waitFor();
  expect(await focused(page)).toBe(en.bad);

  // Stop.
  await tabTo(page, en.question);
  await keyboard.type('demo hold x');
  await keyboard.press('Enter');
  await turn('demo hold x').says('This is the first half.');
  await keyboard.press('Escape');
  await turn('demo hold x').says(en.stopped);
  expect(await focused(page)).toBe(en.question);

  // Start over: Esc leaves the dialog, and with it nothing else.
  await keyboard.type('demo hold y');
  await keyboard.press('Enter');
  await turn('demo hold y').says('This is the first half.');
  await tabTo(page, en.startOver, 'Shift+Tab');
  await keyboard.press('Enter');
  await dialog.waitFor();
  const reached = new Set<string>();
  for (let presses = 0; presses < 6; presses++) {
    reached.add(await page.evaluate(() => (document.activeElement?.closest('dialog') ? 'dialog' : 'browser')));
    expect(await page.evaluate(() => document.activeElement?.closest('main, header'))).toBeNull();
    await keyboard.press('Tab');
  }
  expect(reached).toContain('dialog');
  await keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await log.getAttribute('aria-busy')).toBe('true');
  await release('y');
  await turn('demo hold y').answered();

  await tabTo(page, en.startOver, 'Shift+Tab');
  await keyboard.press('Enter');
  await dialog.waitFor();
  await tabTo(page, en.startOver);
  await keyboard.press('Enter');
  await log.getByText(en.newConversation).waitFor();
  await expect.poll(() => focused(page)).toBe(en.question);
  expect(await box.inputValue()).toBe('');
});

test('Esc closes the dialog and the settings without stopping the answer', async () => {
  const { page, ask, button, dialog, log, release } = await signedIn(browser, gateway(), 'ben');
  const { says, answered } = await ask('demo hold x');
  await says('This is the first half.');
  await button(en.settings).click();
  const settings = page.getByRole('region', { name: en.settings });
  await settings.waitFor();
  await page.keyboard.press('Escape');
  await settings.waitFor({ state: 'hidden' });
  await button(en.startOver).click();
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await log.getAttribute('aria-busy')).toBe('true');
  await release('x');
  await answered();
});

test('Shift+Enter adds a line, Enter sends', async () => {
  const { page, box, turn, timesReceived } = await signedIn(browser, gateway(), 'carl');
  const before = await box.boundingBox();
  await box.pressSequentially('demo echo one');
  for (const line of ['two', 'three', 'four']) {
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type(line);
  }
  expect(await box.inputValue()).toBe('demo echo one\ntwo\nthree\nfour');
  expect(await page.getByRole('article').count()).toBe(0);
  // The box grows with its text.
  expect((await box.boundingBox())?.height).toBeGreaterThan((before?.height ?? 0) + 40);
  await page.keyboard.press('Enter');
  await turn('demo echo one two three four').answered();
  expect(await timesReceived('demo echo one\ntwo\nthree\nfour')).toBe(1);
});

test('Enter that confirms an input method’s composition sends nothing', async () => {
  const { page, box, turn, visitor } = await signedIn(browser, gateway(), 'dora');
  const chromium = await visitor.context.newCDPSession(page);
  const pressEnter = async (windowsVirtualKeyCode: number) => {
    for (const type of ['rawKeyDown', 'keyUp'] as const) {
      await chromium.send('Input.dispatchKeyEvent', { type, key: 'Enter', code: 'Enter', windowsVirtualKeyCode });
    }
  };
  await box.focus();
  await chromium.send('Input.imeSetComposition', { text: 'にほん', selectionStart: 3, selectionEnd: 3 });
  await pressEnter(ENTER);
  expect(await page.getByRole('article').count()).toBe(0);
  await chromium.send('Input.insertText', { text: '日本' });
  await pressEnter(ENTER_OF_AN_INPUT_METHOD);
  expect(await page.getByRole('article').count()).toBe(0);
  expect(await box.inputValue()).toBe('日本');
  await pressEnter(ENTER);
  await turn('日本').answered();
});

const ENTER = 13;
/** Some browsers tell of the composition by the key code only, when it is over already. */
const ENTER_OF_AN_INPUT_METHOD = 229;

test('an empty question is not sent', async () => {
  const { page, box, button } = await signedIn(browser, gateway(), 'emil');
  expect(await button(en.send).isDisabled()).toBe(true);
  await box.fill('  \n ');
  await box.press('Enter');
  expect(await button(en.send).isDisabled()).toBe(true);
  expect(await page.getByRole('article').count()).toBe(0);
});

test.each(['en', 'de'] as const)('on a touch screen no text mentions keys (%s)', async (language) => {
  const words = messagesOf(language);
  const options = { hasTouch: true, isMobile: true, locale: language, viewport: { width: 390, height: 844 } };
  const { page, ask, button } = await signedIn(browser, gateway(), `touch-${language}`, { words, options });
  await (await ask('demo at once')).answered();
  await button(words.settings).tap();
  const keys = words.keys.match(/Enter|Shift|Umschalt|Esc/g) ?? [];
  expect(new Set(keys).size).toBe(3);
  // What is shown, and what is only read out or comes up on a long press.
  const seen = await page.getByText(/./).filter({ visible: true }).allTextContents();
  const spoken = await page.evaluate(() =>
    Array.from(document.querySelectorAll('*'), (element) =>
      ['title', 'aria-label', 'aria-description', 'placeholder']
        .map((name) => element.getAttribute(name) ?? '')
        .join(' '),
    ),
  );
  expect([...seen, ...spoken].filter((text) => keys.some((key) => text.includes(key)))).toEqual([]);
});
