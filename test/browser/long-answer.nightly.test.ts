import { expect, test } from 'vitest';
import { en } from '../../src/web/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';
import { signedIn } from './chat.ts';

const browser = useBrowser();
const gateway = useGateway();

test('an answer of 1 MB does not block the page', async () => {
  const { page, ask, button, log } = await signedIn(browser, gateway(), 'hanna');
  // Found beforehand: to search a page of this size by roles takes longer than to click on it.
  const opener = await button(en.settings).elementHandle();
  await opener?.click();
  const settings = await page.getByRole('region', { name: en.settings }).elementHandle();
  await page.keyboard.press('Escape');
  const conversation = await log.elementHandle();

  const isThere = () => conversation?.evaluate((element) => element.textContent.includes('Line 10000:'));
  const waits: number[] = [];
  await ask('demo long 1mb');
  while (!(await isThere())) {
    const since = performance.now();
    await opener?.click();
    await settings?.waitForElementState('visible');
    waits.push(performance.now() - since);
    await page.keyboard.press('Escape');
    await settings?.waitForElementState('hidden');
  }
  expect(waits.length).toBeGreaterThan(0);
  expect(Math.max(...waits)).toBeLessThan(FROZEN_MS);
});

/** A tenth of this on a quiet machine, and tests don't run on one. */
const FROZEN_MS = 5000;
