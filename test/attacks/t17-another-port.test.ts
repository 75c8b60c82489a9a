/**
 * T17. Another server runs on the machine, on another port: a development server, a container, or one that another
 * account has started. Browsers send cookies regardless of the port, so that server gets the cookie of every signed-in
 * user who visits it, and replays it, from a program that can send any header.
 *
 * Verified with a real gateway, over the routes that the router itself has: a cookie without its session key gets 401
 * from all of them and nothing from the open ones, and so do a key without its cookie, halves of two sessions, and the
 * owner's cookie with a key of the attacker's own. No connection is upgraded. The session is not affected. What a
 * browser does with such a page is in t17-another-port-in-browser.test.ts.
 */
import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { SESSION_KEY_HEADER } from '../../src/contract/session-key.ts';
import { type BrowserSession, sessionFrom } from '../support/browser-session.ts';
import { useGateway } from '../support/use-gateway.ts';
import { aTarget, isRefusedEverywhere } from './every-route.ts';

const gateway = useGateway();
const KEY = SESSION_KEY_HEADER;

async function signedIn(subject: string): Promise<BrowserSession> {
  const code = new URL(await gateway().signInLink(subject)).hash.replace('#code=', '');
  const headers = { 'content-type': 'application/json' };
  return sessionFrom(
    await fetch(`${gateway().url}/api/auth/code`, { method: 'POST', headers, body: JSON.stringify({ code }) }),
  );
}

const me = (headers: Record<string, string>) => fetch(`${gateway().url}/api/me`, { headers });

test('T17: the cookie alone opens no stream and no WebSocket', async () => {
  const { cookie } = await signedIn('owner');
  for (const path of ['/api/events', '/api/admin/events', '/']) {
    const upgrade = { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
    const handshake = { ...upgrade, 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==', origin: gateway().url, cookie };
    const asked = request(gateway().url + path, { headers: handshake });
    asked.end();
    const upgraded = once(asked, 'upgrade').then(() => 'upgraded');
    const answered = once(asked, 'response').then(([response]) => response.statusCode);
    expect([path, await Promise.race([upgraded, answered])]).toEqual([path, path === '/' ? 200 : 401]);
    asked.destroy();
  }
  const stream = await fetch(`${gateway().url}/api/events`, { headers: { cookie, accept: 'text/event-stream' } });
  expect([stream.status, stream.headers.get('content-type')]).toEqual([401, 'application/json; charset=utf-8']);
});

test('T17: using the attacker’s own link with a stolen cookie does not end the victim’s session', async () => {
  const owner = await signedIn('owner');
  const code = new URL(await gateway().signInLink('eve')).hash.replace('#code=', '');
  const headers = { 'content-type': 'application/json', cookie: owner.cookie };
  const body = JSON.stringify({ code, replace: true });
  const eve = await sessionFrom(await fetch(`${gateway().url}/api/auth/code`, { method: 'POST', headers, body }));
  expect(await (await me(eve)).json()).toMatchObject({ user: { name: 'eve' } });
  expect(await (await me(owner)).json()).toMatchObject({ user: { role: 'owner' } });
});

test('T17: too many cookies are refused with 431 and what to do', async () => {
  const flood = Array.from({ length: 5 }, (_, index) => `c${index}=${'x'.repeat(4000)}`).join('; ');
  const asked = request(`${gateway().url}/`, { headers: { cookie: flood } });
  asked.end();
  const [response] = await once(asked, 'response');
  expect(response.statusCode).toBe(431);
  expect(JSON.parse(await text(response)).detail).toMatch(/cookies.*another port.*clear/);
});

// Last, since wrong codes are among what it tries, and then nobody signs in from this address for a minute.
// Some six hundred requests, one after the other.
test('T17: the owner’s cookie alone gets nothing from any route, whatever headers come with it', {
  timeout: 120_000,
}, async () => {
  const target = await aTarget(gateway(), 'owner');
  const [owner, elsewhere, eve] = [await signedIn('owner'), await signedIn('owner'), await signedIn('eve')];
  const { cookie } = owner;
  // As the gateway's own page says it.
  const own = { origin: gateway().url, 'sec-fetch-site': 'same-origin', referer: `${gateway().url}/` };
  const secret = cookie.split('=')[1] as string;
  const attempts: Record<string, string>[] = [
    { cookie },
    { cookie, ...own },
    { cookie, ...own, [KEY]: '' },
    { cookie, ...own, [KEY]: 'A'.repeat(43) },
    { cookie, ...own, [KEY]: secret },
    // Half of one session and half of another.
    { cookie, ...own, [KEY]: eve[KEY] },
    { cookie, ...own, [KEY]: elsewhere[KEY] },
    { cookie: eve.cookie, ...own, [KEY]: owner[KEY] },
    // The key alone, or where it does not belong.
    { ...own, [KEY]: owner[KEY] },
    { cookie: `${cookie}; ${KEY}=${owner[KEY]}; paliadin.session-key=${owner[KEY]}`, ...own },
    { ...own, authorization: `Bearer ${owner[KEY]}` },
    { ...own, authorization: `Bearer ${secret}` },
    // Under the names that a cookie had before, or has elsewhere.
    { cookie: `paliadin=${secret}; __Host-paliadin=${secret}`, ...own, [KEY]: owner[KEY] },
  ];
  const refused = await isRefusedEverywhere(gateway(), target, attempts);
  expect(refused).toBeGreaterThanOrEqual(30 * attempts.length);

  for (const headers of attempts) {
    const ready = await fetch(`${gateway().url}/readyz`, { headers });
    expect(((await ready.json()) as { hosts: unknown }).hosts).toBeNull();
  }
  // With both halves it is the owner, as before, and nothing has been asked or ended in their name.
  expect(await (await me(owner)).json()).toMatchObject({ user: { role: 'owner' } });
  expect([(await me(elsewhere)).status, (await me(eve)).status]).toEqual([200, 200]);
  const { turns } = await (await gateway().as('owner')).history();
  expect(turns.map(({ turnId }) => turnId)).toEqual([target.turnId]);
});
