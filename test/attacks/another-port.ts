/** What another server on the same machine can do to a signed-in user who visits its page. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SESSION_KEY_HEADER, SESSION_KEY_ITEM } from '../../src/contract/session-key.ts';
import { en } from '../../src/web/locales/en.ts';
import { signInWords } from '../../src/web/locales/sign-in.ts';
import { chatOn, type Person, signedIn } from '../browser/chat.ts';
import { useBrowser } from '../support/browser.ts';
import { type BrowserSession, sessionFrom } from '../support/browser-session.ts';
import type { TestGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';
import { useGateway } from '../support/use-gateway.ts';
import { aTarget, isRefusedEverywhere } from './every-route.ts';

const SCRIPT = readFileSync(new URL('pages/other-port.js', import.meta.url), 'utf8');

/** For each attack, the names under which the machine is reached. */
export interface Attacked {
  /** A cookie is planted. */
  planted: string[];
  /** The page reaches for the session key. */
  reached: string[];
  /** The cookie is stolen. */
  stolen: string[];
}

/** The tests, for the top of a file. */
export function attackFromAnotherPort({ planted, reached, stolen }: Attacked): void {
  const browser = useBrowser({ names: ['localhost'] });
  const gateway = useGateway();

  // The other server: keeps what comes, and sets the cookies that a test wants it to.
  const received: IncomingMessage[] = [];
  let plant: string[] = [];
  const evil = createServer((request, response) => {
    received.push(request);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'set-cookie': plant });
    response.end(`<!doctype html><title>A kitten</title><body>A kitten<script>${SCRIPT}</script>`);
  });
  beforeAll(() => new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve)));
  afterAll(() => {
    evil.closeAllConnections();
    evil.close();
  });

  /** The gateway under another of its own names. */
  function under(host: string): TestGateway {
    const url = `http://${host}:${new URL(gateway().url).port}`;
    return Object.create(gateway(), { url: { value: url } });
  }

  async function visitEvil(page: Page, host: string): Promise<void> {
    await page.goto(`http://${host}:${(evil.address() as AddressInfo).port}/kitten`);
  }

  /** Whom the page's own requests speak for; null where nobody is signed in. */
  async function whoIsThere(page: Page): Promise<string | null> {
    await page.addInitScript(KEEP_ANSWER);
    await page.reload();
    const heard = () =>
      page.evaluate<{ status: number; body: { user: { name: string } } } | undefined>('globalThis.answerOfMe');
    const { status, body } = await until('an answer to the page', heard);
    return status === 401 ? null : body.user.name;
  }

  async function eve(): Promise<BrowserSession> {
    const code = new URL(await gateway().signInLink('eve')).hash.replace('#code=', '');
    const headers = { 'content-type': 'application/json' };
    return sessionFrom(
      await fetch(`${gateway().url}/api/auth/code`, { method: 'POST', headers, body: JSON.stringify({ code }) }),
    );
  }

  async function victim(subject: string, host: string): Promise<Person> {
    const person = await signedIn(browser, under(host), subject);
    person.visitor.expectTrouble(/./); // a browser complains of every refusal
    return person;
  }

  test.each(planted)('T17: a cookie planted by another port of %s changes nobody’s identity', async (host) => {
    const subject = `anna-${host}`;
    const { page, visitor, log } = await victim(subject, host);
    const evilCookie = (await eve()).cookie;
    const [name] = evilCookie.split('=');

    // Beside theirs: for a longer path, so that a browser sends it first.
    plant = [`${evilCookie}; Path=/api`, `${evilCookie}; Path=/api/me`];
    await visitEvil(page, host);
    await page.goto('/');
    await log.waitFor();
    const sent = (await visitor.context.cookies(`${under(host).url}/api/me`)).filter((cookie) => cookie.name === name);
    expect(sent).toHaveLength(3); // or it would be no attack
    expect(await whoIsThere(page)).toBe(subject);
    await (await chatOn(page).ask('demo at once')).answered();

    // In its place.
    plant = [`${evilCookie}; Path=/`];
    await visitEvil(page, host);
    await page.goto('/');
    await page.getByText(signInWords.en.ended).waitFor();
    expect(await whoIsThere(page)).toBeNull();

    // Signing in is as it always is, whatever is planted.
    const { hash } = new URL(await gateway().signInLink(subject));
    await page.goto(`/${hash}`);
    await log.waitFor();
    expect(await whoIsThere(page)).toBe(subject);
    plant = [];
    const { turns } = await (await gateway().as('eve')).history();
    expect(turns).toEqual([]);
  });

  test('T17: a planted cookie does not sign anybody in', async () => {
    const { page, context, expectTrouble } = await browser.visitor(gateway().url);
    expectTrouble(/./);
    plant = [`${(await eve()).cookie}; Path=/; HttpOnly`];
    await visitEvil(page, '127.0.0.1');
    plant = [];
    await page.goto('/');
    await page.getByRole('heading', { name: signInWords.en.title }).waitFor();
    expect(await whoIsThere(page)).toBeNull();
    expect(await context.cookies()).toHaveLength(1);
  });

  test.each(reached)(
    'T17: a page on another port of %s reaches neither the session key nor what needs it',
    async (host) => {
      const subject = `ben-${host}`;
      const target = under(host).url;
      const person = await victim(subject, host);
      const { context } = person.visitor;
      const key = await person.page.evaluate((item) => localStorage.getItem(item), SESSION_KEY_ITEM);
      const before = await (await gateway().as(subject)).me();

      const tab = await context.newPage();
      await visitEvil(tab, host);
      const requests: Request[] = [];
      const sockets: string[] = [];
      tab.on('request', (request) => requests.push(request));
      tab.on('websocket', (socket) => sockets.push(socket.url()));
      const does = (what: string, ...given: string[]) =>
        tab.evaluate(`${what}(${given.map((one) => JSON.stringify(one))})`);
      const heard = (await does('attack', target, SESSION_KEY_ITEM, SESSION_KEY_HEADER)) as Heard;
      expect(heard.stored).toBeNull();
      // A request without CORS is sent, and tells the page nothing.
      for (const [way, what] of Object.entries(heard.ways)) {
        expect([way, what]).toEqual([way, expect.toBeOneOf(['no answer', 'opaque', 'error', 'closed'])]);
      }
      expect(Object.keys(heard.ways)).toHaveLength(12);

      // What leads there as a whole page: by a form, a link, a window, a frame.
      const popup = context.waitForEvent('page');
      await does('openWindow', target);
      await (await popup).getByRole('log').waitFor();
      expect(await does('readWindow', SESSION_KEY_ITEM)).not.toContain(key);
      await does('frame', target);
      await expect.poll(() => tab.frame({ name: 'theirs' })?.url() ?? '').toMatch(/^chrome-error:/);
      for (const path of ['/api/turns', '/api/turns/export', '/api/events', '/api/admin/audit/export?format=csv']) {
        await visitEvil(tab, host);
        const answered = tab.waitForResponse(target + path);
        await does('leave', target + path);
        expect([path, (await answered).status()]).toEqual([path, expect.toBeOneOf([401, 403])]);
        await tab.waitForURL(target + path);
      }

      const sent = await Promise.all(requests.map((request) => request.allHeaders()));
      const toTarget = sent.filter((_, index) => requests[index]?.url().startsWith(target));
      expect(toTarget.length).toBeGreaterThan(10);
      expect(JSON.stringify([sent, sockets])).not.toContain(key);
      expect(JSON.stringify(received.map(({ url, headers }) => [url, headers]))).not.toContain(key);
      const client = await gateway().as(subject);
      expect([await client.me(), (await client.history()).turns]).toEqual([before, []]);
      // And they are still signed in, as who they are.
      await (await person.ask('demo at once')).answered();
      expect(await person.button(en.settings).count()).toBe(1);
    },
  );

  test.each(stolen)(
    'T17: a cookie stolen by a server on another port of %s is refused by every route',
    async (host) => {
      const target = await aTarget(gateway(), `carl-${host}`);
      const person = await victim(`carl-${host}`, host);
      received.length = 0;
      await visitEvil(await person.visitor.context.newPage(), host);
      const stolen = received.find(({ url }) => url === '/kitten')?.headers.cookie ?? '';
      const port = new URL(gateway().url).port;
      expect(stolen).toMatch(new RegExp(`^paliadin-${port}=[\\w-]{43}$`)); // or it would be no attack
      const own = { origin: under(host).url, 'sec-fetch-site': 'same-origin' };
      expect(
        await isRefusedEverywhere(under(host), target, [{ cookie: stolen }, { cookie: stolen, ...own }]),
      ).toBeGreaterThan(60);
      await (await person.ask('demo at once')).answered();
    },
  );
}

interface Heard {
  stored: string | null;
  ways: Record<string, unknown>;
}

// A body that a page reads piece by piece, the browser keeps for nobody else.
const KEEP_ANSWER = `
  const sent = globalThis.fetch;
  globalThis.fetch = async (path, options) => {
    const response = await sent(path, options);
    if (String(path).endsWith('/api/me')) {
      const { status } = response;
      response.clone().json().then((body) => { globalThis.answerOfMe ??= { status, body }; });
    }
    return response;
  };
`;
