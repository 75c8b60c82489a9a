/** Proxies before the gateway: one whose sign-in expires while the page is open, and some that buffer streams. */
import { expect, test } from 'vitest';
import { en as adminWords } from '../../src/web/admin/locales/en.ts';
import { en } from '../../src/web/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { dashboard } from './admin.ts';
import { type Answer, asksForSignIn, HTML, polls, REFUSED, toOwnPage, useAuthProxy, words } from './auth-proxy.ts';
import { signedIn } from './chat.ts';

const browser = useBrowser();
const behindProxy = await useAuthProxy();
const { proxy, gateway } = behindProxy;

asksForSignIn(browser, behindProxy);
polls(browser, behindProxy);

test('signing in again in another tab continues in this one without a reload', async () => {
  const { page, visitor, ask } = await signedIn(browser, gateway(), 'anna', { clock: true });
  visitor.expectTrouble(REFUSED);
  const notice = page.getByRole('alert').filter({ hasText: words.signInEnded });
  proxy.answer = toOwnPage;
  proxy.cut();
  await notice.waitFor();
  proxy.answer = null;
  await expect
    .poll(async () => {
      await page.clock.fastForward(5000);
      return notice.count();
    })
    .toBe(0);
  await (await ask('demo at once')).answered();
});

test('a filter that refuses one request does not count as an ended sign-in', async () => {
  const { page, visitor, box, button } = await signedIn(browser, gateway(), 'ben');
  visitor.expectTrouble(REFUSED);
  const filter: Answer = (_, response) => response.writeHead(403, HTML).end('<h1>Blocked</h1>');
  proxy.answer = (request, response) => (request.method === 'POST' ? filter(request, response) : false);
  await box.fill('demo at once; DROP TABLE cases');
  await button(en.send).click();
  await page.getByRole('alert').getByText(en.refused).waitFor();
  expect(await page.getByText(words.signInEnded).count()).toBe(0);
  expect(await box.inputValue()).toBe('demo at once; DROP TABLE cases');
});

test('the dashboard asks to sign in again, too', async () => {
  const { page, visitor } = await dashboard(browser, gateway());
  visitor.expectTrouble(REFUSED);
  proxy.answer = toOwnPage;
  proxy.cut();
  await page.getByRole('alert').getByText(words.signInEnded).waitFor();
  await page.getByRole('button', { name: words.signInAgain }).click();
  await page.getByText('Company sign-in').waitFor();
  proxy.answer = null;
  await page.goto('/admin');
  await expect.poll(() => page.locator('.live').textContent()).toBe(adminWords.live);
});

test('through a proxy that buffers streams the dashboard does not show Live', async () => {
  proxy.streams = 'compress';
  const { page } = await dashboard(browser, gateway(), { clock: true });
  await expect
    .poll(async () => {
      await page.clock.fastForward(2000);
      return page.locator('.live').textContent();
    })
    .toBe(adminWords.polled);
});
