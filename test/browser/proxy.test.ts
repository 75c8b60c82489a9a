/** Proxies before the gateway: one whose sign-in expires while the page is open, and some that buffer streams. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { en as adminWords } from '../../src/web/admin/locales/en.ts';
import { boundaryWords } from '../../src/web/locales/boundary.ts';
import { en } from '../../src/web/locales/en.ts';
import { useBrowser } from '../support/browser.ts';
import { type PageProxy, startPageProxy } from '../support/page-proxy.ts';
import { useGateway } from '../support/use-gateway.ts';
import { dashboard } from './admin.ts';
import { behind, signedIn } from './chat.ts';
import { look } from './look.ts';

const [proxy, elsewhere] = [await startPageProxy(), await startPageProxy()];
afterAll(() => Promise.all([proxy.close(), elsewhere.close()]));
const browser = useBrowser();
const gateway = useGateway({ env: { PALIADIN_PUBLIC_URL: proxy.url } });
beforeAll(() => {
  proxy.target = gateway().url;
});
beforeEach(() => {
  proxy.answer = null;
  proxy.streams = 'pass';
});

const words = boundaryWords('en');

/** What a browser writes on its console of a request that was refused or cut off. */
const REFUSED = /ERR_|status of 40[13]|Failed to load module script/;

type Answer = NonNullable<PageProxy['answer']>;

const HTML = { 'content-type': 'text/html; charset=utf-8' };
// With an icon of its own, or the browser would ask the next one for it.
const signInPage = '<!doctype html><title>Sign in</title><link rel="icon" href="data:,"><h1>Company sign-in</h1>';

/** An auth proxy that sends on to its own page of the same origin: that page comes with 200. */
const toOwnPage: Answer = ({ url }, response) => {
  if (url === '/company/sign-in') response.writeHead(200, HTML).end(signInPage);
  else response.writeHead(302, { location: '/company/sign-in' }).end();
};

const ways: [string, Answer][] = [
  ['sends on to another origin', (_, response) => response.writeHead(302, { location: elsewhere.url }).end()],
  ['sends on to a page of its own', toOwnPage],
  ['answers with its sign-in page', (_, response) => response.writeHead(200, HTML).end(signInPage)],
  ['refuses with an empty 401', (_, response) => response.writeHead(401).end()],
  ['refuses with a page of its own', (_, response) => response.writeHead(403, HTML).end('<h1>Forbidden</h1>')],
];

test.each(ways)('with an auth proxy that %s the page asks for sign-in, keeping the draft', async (way, answer) => {
  const person = await signedIn(browser, behind(gateway(), proxy), way.replaceAll(' ', '-'));
  const { page, box, button, status, visitor, turn, timesReceived } = person;
  visitor.expectTrouble(REFUSED, /^request to elsewhere/); // which is told of, and not made: see below
  let followed = 0;
  elsewhere.answer = () => followed++;
  const notice = page.getByRole('alert').filter({ hasText: words.signInEnded });
  await box.fill('half a question');

  proxy.answer = answer;
  proxy.cut();
  await notice.waitFor();
  await expect.poll(() => status.textContent()).not.toBe(en.reconnecting);
  if (answer === toOwnPage) {
    await look(page, 'sign-in-ended-by-proxy');
  }
  // Whoever sends all the same has the question back at once.
  await button(en.send).click();
  await page.getByText(en.notSignedIn).waitFor();
  expect(await box.inputValue()).toBe('half a question');
  // The session key is in a header, which a browser would take along.
  expect(followed).toBe(0);

  // The button leads to the proxy's sign-in, which is its own affair; then all goes on.
  elsewhere.answer = (_, response) => response.writeHead(200, HTML).end(signInPage);
  await notice.getByRole('button', { name: words.signInAgain }).click();
  await box.waitFor({ state: 'detached' });
  proxy.answer = null;
  await page.goto('/');
  await expect.poll(() => box.inputValue()).toBe('half a question');
  await notice.waitFor({ state: 'detached' });
  await button(en.send).click();
  await turn('half a question').answered();
  expect(await timesReceived('half a question')).toBe(1);
});

test('signing in again in another tab continues in this one without a reload', async () => {
  const { page, visitor, ask } = await signedIn(browser, behind(gateway(), proxy), 'anna', { clock: true });
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
  const { page, visitor, box, button } = await signedIn(browser, behind(gateway(), proxy), 'ben');
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
  const { page, visitor } = await dashboard(browser, behind(gateway(), proxy));
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

test.each(['compress', 'hold'] as const)(
  'through a proxy that buffers streams (%s) the answer arrives, and the page says why it is slow',
  async (streams) => {
    proxy.streams = streams;
    const { page, ask, release, status } = await signedIn(browser, behind(gateway(), proxy), streams, { clock: true });
    const { says, answered } = await ask('demo hold x');
    await page.clock.fastForward(6000);
    await page.getByText(en.polled).waitFor();
    await page.clock.resume();
    await says('This is the first half.');
    await release('x');
    await says('This is the first half. This is the second half.');
    await answered();
    await expect.poll(() => status.textContent()).toBe(en.answered);
    // Where streams come through again, the page follows one.
    proxy.streams = 'pass';
    await expect
      .poll(async () => {
        await page.clock.fastForward(5000);
        return page.getByText(en.polled).count();
      })
      .toBe(0);
  },
);

test('through a proxy that buffers streams the dashboard does not show Live', async () => {
  proxy.streams = 'compress';
  const { page } = await dashboard(browser, behind(gateway(), proxy), { clock: true });
  await expect
    .poll(async () => {
      await page.clock.fastForward(2000);
      return page.locator('.live').textContent();
    })
    .toBe(adminWords.polled);
});
