/**
 * T1. A signed-in user opens a page of an attacker: on another site, on another port of this machine, or under a
 * name that first led to the attacker and now leads to the gateway (DNS rebinding). The page tries everything that
 * a browser lets it send: forms, fetch with and without preflight, beacons, event streams, scripts, frames, and
 * addresses that are spelled differently (`/%61pi/…`).
 *
 * Verified in Chromium with the user's cookie: no turn is recorded, no agent asked, nothing reset, nobody signed out or
 * in as somebody else, and the page reads nothing. The gateway's own page can do all of it, so the attempts are valid.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signedIn } from '../browser/chat.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';

const EVIL = 'evil.example';
const browser = useBrowser({ names: [EVIL] });
const gateway = useGateway();

// The attacker's web server, and its page.
const SCRIPT = readFileSync(new URL('pages/kitten.js', import.meta.url), 'utf8');
const html = `<!doctype html><title>A kitten</title><body><script>${SCRIPT}</script>`;
const type = 'text/html; charset=utf-8';
const evil = createServer((_request, response) => void response.writeHead(200, { 'content-type': type }).end(html));
beforeAll(() => new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  evil.closeAllConnections();
  evil.close();
});
const evilPort = () => (evil.address() as AddressInfo).port;
const rebound = () => `http://${EVIL}:${new URL(gateway().url).port}`;

test('T1: the gateway’s own page can do what the attacks try', async () => {
  const { page } = await signedIn(browser, gateway(), 'olga');
  const heard = await page.evaluate(`${SCRIPT}; attack(${JSON.stringify(gateway().url)}, false)`);
  expect(heard).toEqual({ ask: 202, read: 200, me: 200, stream: 'open', reset: 200 });
  const { turns } = await (await gateway().as('olga')).history();
  expect(turns.map(({ message }) => message)).toEqual(['T1 by fetch']);
});

test.each<[string, string, { from(): string; to(): string }]>([
  ['another site', 'anna', { from: () => `http://${EVIL}:${evilPort()}`, to: () => gateway().url }],
  // To a browser the same site, whose cookies don't know ports.
  ['another port of this machine', 'ben', { from: () => `http://127.0.0.1:${evilPort()}`, to: () => gateway().url }],
  // What the page asks of its own name now reaches the gateway, and is "same origin" to the browser.
  ['a name that leads to the gateway by now', 'carl', { from: rebound, to: rebound }],
])('T1: a page of %s can neither ask nor read anything', async (_, who, { from, to }) => {
  const person = await signedIn(browser, gateway(), who);
  person.visitor.expectTrouble(/./); // a browser complains of every refusal
  const before = await everythingOf(who);
  const tab = await person.visitor.context.newPage();
  const kitten = `${from()}/kitten`;
  await tab.route(kitten, (route) => route.fulfill({ contentType: type, body: html }));
  await tab.goto(kitten);
  expect(await tab.evaluate('location.origin')).toBe(from());

  const logged = gateway().log.length;
  const heard = await tab.evaluate<Record<string, unknown>>(`attack(${JSON.stringify(to())}, true)`);
  expect(Object.keys(heard).length).toBeGreaterThan(10);
  for (const [way, what] of Object.entries(heard)) expect([way, what]).toEqual([way, expect.toBeOneOf(REFUSED)]);
  // What the page can't see: a stream that is held open locks the person out of theirs. `stream` and `holdStreamOpen`, and
  // three ways to read turns, each refused.
  await expect.poll(() => answersTo('GET', '/api/events', logged)).toEqual([403, 403]);
  await expect.poll(() => answersTo('GET', '/api/turns', logged)).toEqual([403, 403, 403]);
  for (const [path, enctype] of FORMS) {
    await tab.goto(kitten);
    const answered = tab.waitForResponse((response) => response.url() === to() + path);
    await tab.evaluate(`submitForm(${JSON.stringify(to() + path)}, ${JSON.stringify(enctype)})`);
    expect([path, enctype, (await answered).status()]).toEqual([path, enctype, 403]);
    await tab.waitForURL(to() + path);
  }
  await tab.goto(kitten);
  await isNotFramed(tab, to());

  expect(await everythingOf(who)).toEqual(before);
  expect(await gateway().prompts(before.session.name)).toEqual([]);
  const recorded = await (await gateway().store()).turns.list({ limit: 50, userId: before.user.id });
  expect(recorded).toEqual([]);
  // The person is still who they were, and all is well.
  await (await person.ask('demo at once')).answered();
});

/** With which status the gateway has answered requests of a route, since its log was so long. */
function answersTo(method: string, route: string, since: number): number[] {
  const lines = gateway().log.slice(since).trim().split('\n');
  const parsed = lines.flatMap((line) => (line.startsWith('{') && line.endsWith('}') ? [JSON.parse(line)] : []));
  return parsed.filter((line) => line.method === method && line.route === route).map(({ status }) => status);
}

/** A request without CORS is sent, and tells the page nothing. */
const REFUSED = ['no answer', 'opaque', 'error', 403];

const FORMS = [
  ['/api/turns', 'text/plain'],
  ['/api/turns', 'application/x-www-form-urlencoded'],
  ['/api/turns', 'multipart/form-data'],
  ['/api/session/reset', 'application/x-www-form-urlencoded'],
  ['/api/auth/sign-out', 'text/plain'],
  ['/api/auth/code', 'text/plain'],
] as const;

/** If any of it changed, somebody did something in their name. */
async function everythingOf(who: string) {
  const client = await gateway().as(who);
  const [{ user, session }, { turns }] = [await client.me(), await client.history()];
  return { user, session, turns };
}

async function isNotFramed(page: Page, to: string): Promise<void> {
  await page.evaluate(`frame(${JSON.stringify(`${to}/`)})`);
  await expect.poll(() => page.frame({ name: 'theirs' })?.url() ?? '').toMatch(/^chrome-error:/);
}
