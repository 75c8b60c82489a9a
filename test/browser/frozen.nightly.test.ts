/**
 * A connection that nobody closes and over which nothing comes: a lift, a sleeping router, a firewall that dropped its
 * state.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { en as adminWords } from '../../src/web/admin/locales/en.ts';
import { en } from '../../src/web/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { startFreezingProxy } from '../support/page-proxy.ts';
import { useGateway } from '../support/use-gateway.ts';
import { dashboard } from './admin.ts';
import { behind, signedIn } from './chat.ts';

const proxy = await startFreezingProxy();
afterAll(proxy.close);
const browser = useBrowser();
const gateway = useGateway({ env: { PALIADIN_PUBLIC_URL: proxy.url } });
beforeAll(() => {
  proxy.target = gateway().url;
});

afterEach(() => proxy.freeze(false));

/** What a browser writes on its console of a request that the page gave up. */
const GIVEN_UP = /ERR_/;

test('a frozen stream is given up within half a minute and reopened, and the answer is complete', async () => {
  const person = await signedIn(browser, behind(gateway(), proxy), 'anna', { clock: true });
  const { page, ask, status, release, visitor } = person;
  visitor.expectTrouble(GIVEN_UP);
  const { says, answered } = await ask('demo hold x');
  await says('This is the first half.');
  await page.clock.pauseAt(Date.now() + 1000);
  proxy.freeze(true);
  await release('x');
  await page.clock.fastForward(25_000);
  await expect
    .poll(async () => {
      await page.clock.runFor(100);
      return status.textContent();
    })
    .toBe(en.reconnecting);
  await page.clock.resume();
  proxy.freeze(false);
  await expect
    .poll(async () => {
      await page.clock.fastForward(1000);
      return status.textContent();
    })
    .not.toBe(en.reconnecting);
  await says('This is the first half. This is the second half.');
  await answered();
});

test('a question sent over a frozen connection returns to the box, and is sent once later', async () => {
  const person = await signedIn(browser, behind(gateway(), proxy), 'ben', { clock: true });
  const { page, box, turn, timesReceived, visitor } = person;
  visitor.expectTrouble(GIVEN_UP);
  proxy.freeze(true);
  await box.fill('demo at once');
  await box.press('Enter');
  await expect
    .poll(async () => {
      await page.clock.fastForward(5000);
      return page.getByRole('alert').allTextContents();
    })
    .toContain(en.notReached);
  expect(await box.inputValue()).toBe('demo at once');
  proxy.freeze(false);
  // What was held may arrive by itself first: then the box is empty, and this sends nothing.
  await box.press('Enter');
  await turn('demo at once').answered();
  expect(await timesReceived('demo at once')).toBe(1);
});

test('the dashboard does not show Live while its stream is frozen', async () => {
  const { page, visitor } = await dashboard(browser, behind(gateway(), proxy), { clock: true });
  visitor.expectTrouble(GIVEN_UP);
  const sign = page.locator('.live');
  await expect.poll(() => sign.textContent()).toBe(adminWords.live);
  proxy.freeze(true);
  await expect
    .poll(async () => {
      await page.clock.fastForward(5000);
      return sign.textContent();
    })
    .toBe(adminWords.lost);
  proxy.freeze(false);
  await expect
    .poll(async () => {
      await page.clock.fastForward(1000);
      return sign.textContent();
    })
    .toBe(adminWords.live);
});
