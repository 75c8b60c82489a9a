/** A page behind a proxy whose sign-in expires while it is open, or that buffers streams. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { boundaryWords } from '../../src/web/locales/boundary.ts';
import { en } from '../../src/web/locales/en.ts';
import type { TestBrowser } from '../support/browser.ts';
import type { TestGateway } from '../support/gateway.ts';
import { type PageProxy, startPageProxy } from '../support/page-proxy.ts';
import { useGateway } from '../support/use-gateway.ts';
import { behind, signedIn } from './chat.ts';
import { look } from './look.ts';

export interface AuthProxy {
  readonly proxy: PageProxy;
  /** Another origin, which the proxy may send on to. */
  readonly elsewhere: PageProxy;
  /** As it is reached through the proxy. */
  gateway(): TestGateway;
}

/** For the top of a file: a gateway behind a proxy, which passes everything on at the start of each test. */
export async function useAuthProxy(): Promise<AuthProxy> {
  const [proxy, elsewhere] = [await startPageProxy(), await startPageProxy()];
  afterAll(() => Promise.all([proxy.close(), elsewhere.close()]));
  const gateway = useGateway({ env: { PALIADIN_PUBLIC_URL: proxy.url } });
  beforeAll(() => {
    proxy.target = gateway().url;
  });
  beforeEach(() => {
    proxy.answer = null;
    proxy.streams = 'pass';
  });
  return { proxy, elsewhere, gateway: () => behind(gateway(), proxy) };
}

export const words = boundaryWords('en');

/** What a browser writes on its console of a request that was refused or cut off. */
export const REFUSED = /ERR_|status of 40[13]|Failed to load module script/;

export type Answer = NonNullable<PageProxy['answer']>;

export const HTML = { 'content-type': 'text/html; charset=utf-8' };
// With an icon of its own, or the browser would ask the next one for it.
const signInPage = '<!doctype html><title>Sign in</title><link rel="icon" href="data:,"><h1>Company sign-in</h1>';

/** An auth proxy that sends on to its own page of the same origin: that page comes with 200. */
export const toOwnPage: Answer = ({ url }, response) => {
  if (url === '/company/sign-in') response.writeHead(200, HTML).end(signInPage);
  else response.writeHead(302, { location: '/company/sign-in' }).end();
};

/** What an auth proxy does with a request of somebody whose sign-in has expired. */
const EXPIRED = {
  'sends on to another origin':
    ({ elsewhere }) =>
    (_, response) =>
      response.writeHead(302, { location: elsewhere.url }).end(),
  'sends on to a page of its own': () => toOwnPage,
  'answers with its sign-in page': () => (_, response) => response.writeHead(200, HTML).end(signInPage),
  'refuses with an empty 401': () => (_, response) => response.writeHead(401).end(),
  'refuses with a page of its own': () => (_, response) => response.writeHead(403, HTML).end('<h1>Forbidden</h1>'),
} satisfies Record<string, (of: AuthProxy) => Answer>;

export function asksForSignIn(browser: TestBrowser, of: AuthProxy): void {
  const { proxy, elsewhere } = of;
  test.each(Object.keys(EXPIRED) as (keyof typeof EXPIRED)[])(
    'with an auth proxy that %s the page asks for sign-in, keeping the draft',
    async (way) => {
      const answer = EXPIRED[way](of);
      const person = await signedIn(browser, of.gateway(), way.replaceAll(' ', '-'));
      const { page, box, button, status, visitor, turn, timesReceived } = person;
      visitor.expectTrouble(REFUSED, /^request to elsewhere/); // which is told of, and not made: see below
      visitor.expectTrouble(/Content Security Policy|request failed: .* csp$/); // what draws answers is fetched from there too
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
    },
  );
}

/** Ways to buffer a stream. */
export function polls(browser: TestBrowser, { proxy, gateway }: AuthProxy): void {
  test.each(['compress', 'hold'] as const)(
    'through a proxy that buffers streams (%s) the answer arrives, and the page says why it is slow',
    async (streams) => {
      proxy.streams = streams;
      const { page, ask, release, status } = await signedIn(browser, gateway(), streams, { clock: true });
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
}
