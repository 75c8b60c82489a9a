/** A user who is in another window gets a notification for an answer, if they turned that on. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { en } from '../../src/web/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { signedIn } from './chat.ts';

const browser = useBrowser();
const gateway = useGateway();

/** A browser without a screen shows no notification and hides no page: what the page asks for is noted instead. */
async function watchNotices(page: Page): Promise<{ shown(): Promise<string[]>; lookElsewhere(): Promise<void> }> {
  await page.addInitScript(() => {
    const noted: string[] = [];
    const Noted = class {
      static permission = 'default';
      static async requestPermission() {
        Noted.permission = 'granted';
        return 'granted';
      }
      constructor(title: string, { body }: { body: string }) {
        noted.push(`${title}: ${body}`);
      }
    };
    Object.assign(window, { Notification: Noted, noted });
  });
  return {
    shown: () => page.evaluate(() => (window as unknown as { noted: string[] }).noted),
    lookElsewhere: () =>
      page.evaluate(() => {
        Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
        document.dispatchEvent(new Event('visibilitychange'));
      }),
  };
}

test('an answer is notified once, with its question, only if turned on and the page is not in view', async () => {
  const anna = await signedIn(browser, gateway(), 'anna');
  const { shown, lookElsewhere } = await watchNotices(anna.page);
  await anna.page.reload();
  await anna.box.waitFor();

  const unasked = await anna.ask('demo at once');
  await unasked.answered();
  await anna.button(en.settings).click();
  await anna.page.getByRole('group', { name: en.notify }).getByLabel(en.on, { exact: true }).check();
  await anna.page.keyboard.press('Escape');
  const looking = await anna.ask('demo at once, again');
  await looking.answered();
  expect(await shown()).toEqual([]);

  await anna.ask('demo hold x');
  await lookElsewhere();
  await anna.release('x');
  await expect.poll(shown, { timeout: 15_000 }).toEqual([`${en.answerReady}: demo hold x`]);
});
