/**
 * T18. Somebody sends a user a link to the gateway's own chat page that names a foreign page as the one where the
 * question is asked (`/?page=https://evil.example`), in every spelling that begins or looks like the application's; or
 * they link to the chat from their page. A program of theirs, with a token, names such a page by the API. The chips
 * that the agent then offers would lead to them.
 *
 * Verified in Chromium: no chip is a link, the user is shown no such page, the agent is not told of it, and it is not
 * stored. A page of the application works, so the attempts are valid; a turn stored by an earlier version is covered,
 * too.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signedIn } from '../browser/chat.ts';
import { useBrowser } from '../support/browser.ts';
import { useGateway } from '../support/use-gateway.ts';

const EVIL = 'evil.example';
const APP = 'https://cases.example';
const browser = useBrowser({ names: [EVIL] });
const gateway = useGateway({ env: { PALIADIN_APP_ORIGINS: APP } });

const evil = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/html', 'referrer-policy': 'unsafe-url' });
  response.end(`<!doctype html><title>A kitten</title><a href="${gateway().url}/">chat</a>`);
});
beforeAll(() => new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  evil.closeAllConnections();
  evil.close();
});

/** Of those below. */
const NO_PAGES = [
  `${APP}@${EVIL}/`,
  `${APP}:x@${EVIL}/`,
  `//${EVIL}/`,
  `/\\${EVIL}/`,
  `\\\\${EVIL}/`,
  `https:\\\\${EVIL}\\`,
  `blob:${APP}/x`,
  'javascript:alert(1)',
  'cases',
];

const PAGES = [
  `https://${EVIL}/`,
  `${APP}.${EVIL}/`,
  `${APP}@${EVIL}/`,
  `${APP}:x@${EVIL}/`,
  `https://${EVIL}/?${APP}`,
  `//${EVIL}/`,
  `/\\${EVIL}/`,
  `\\\\${EVIL}/`,
  `https:\\\\${EVIL}\\`,
  'http://cases.example/',
  `${APP}:8443/`,
  `blob:${APP}/x`,
  'javascript:alert(1)',
  `https://\u202eelpmaxe.sesac/`,
  'https://c\u0430ses.example/',
  'cases',
];

test('T18: a page of the application is sent along, and its chips are links', async () => {
  const { page, ask } = await signedIn(browser, gateway(), 'olga', { path: `/?page=${APP}/board` });
  await page.getByText(`From page ${APP}/board`).waitFor();
  const { whole, answered } = await ask('demo chips');
  await answered();
  const links = await whole.getByRole('link').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  expect(links.length).toBeGreaterThan(0);
  for (const link of links) expect(link).toMatch(/^https:\/\/cases\.example\/cases\//);
});

test('T18: a chat link that names a foreign page sends no page, and no chip becomes a link', async () => {
  const person = await signedIn(browser, gateway(), 'anna');
  for (const name of PAGES) {
    await person.page.goto(`${gateway().url}/?page=${encodeURIComponent(name)}`);
    await person.box.waitFor();
    expect([name, await person.page.getByText(/From page/).count()]).toEqual([name, 0]);
  }
  const { whole, answered } = await person.ask('demo chips');
  await answered();
  expect(await whole.getByRole('link').count()).toBe(0);
  await whole.getByText('Müller v. Bosch').waitFor();
  // What links here is a page too.
  person.visitor.expectTrouble(/request to elsewhere/);
  await person.page.goto(`http://${EVIL}:${(evil.address() as AddressInfo).port}/`);
  await person.page.getByRole('link', { name: 'chat' }).click();
  await person.box.waitFor();
  expect(await person.page.evaluate('document.referrer')).toContain(EVIL);
  expect(await person.page.getByText(/From page/).count()).toBe(0);
  const { turns } = await (await gateway().as('anna')).history();
  expect(turns.map(({ pageOrigin }) => pageOrigin)).toEqual([null]);
});

test('T18: a question by the API that names a foreign page is answered without it, or refused where it is none', async () => {
  const eve = await gateway().as('eve');
  const refused: string[] = [];
  for (const pageOrigin of PAGES) {
    const asked = await eve.call('POST', '/api/turns', { body: { message: 'demo at once', pageOrigin } });
    if (asked.status === 400) {
      expect(((await asked.json()) as { detail: string }).detail).toContain('pageOrigin: has to be the URL of a page');
      refused.push(pageOrigin);
      continue;
    }
    const { turnId } = await eve.answer('demo echo hello', { pageOrigin });
    const turn = await (await gateway().store()).turns.get(turnId);
    expect([pageOrigin, turn?.status, turn?.pageOrigin]).toEqual([pageOrigin, 'completed', null]);
  }
  expect(refused).toEqual(NO_PAGES);
  const { turnId } = await eve.answer('demo echo hello', { pageOrigin: `${APP}/b` });
  expect((await (await gateway().store()).turns.get(turnId))?.pageOrigin).toBe(`${APP}/b`);
  expect(gateway().log).toContain('its origin is not in PALIADIN_APP_ORIGINS');
  expect(gateway().log).not.toContain(EVIL);
});

test('T18: a stored turn from a foreign page shows its chips without links', async () => {
  const person = await signedIn(browser, gateway(), 'bert', { path: `/?page=${APP}/board` });
  const { answered } = await person.ask('demo chips');
  await answered();
  // As a gateway of before would have recorded it; the list of origins is looked at when a chip is drawn.
  await person.page.route('**/api/turns?*', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replaceAll(`${APP}/board`, `https://${EVIL}/`) });
  });
  await person.page.goto(`${gateway().url}/`);
  const turn = person.turn('demo chips');
  await turn.answered();
  await turn.says('Müller v. Bosch');
  expect(await turn.whole.getByRole('link').count()).toBe(0);
});
