/** The page of `docs/in-your-page.md`, as it stands there, on an application's own origin. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { gatewayForTest } from '../support/use-gateway.ts';

const SECRET = randomBytes(48).toString('base64');
const UNLISTED = 'other.example';
const browser = useBrowser({ names: [UNLISTED] });

/** Serves the page and its user's token, under whatever name it is asked. */
async function application(lifetime: string) {
  const state = { gateway: '', tokens: 0 };
  const document = readFileSync(join(import.meta.dirname, '../../docs/in-your-page.md'), 'utf8');
  const [, page = ''] = /^```html\n(.*?)^```$/ms.exec(document) ?? [];
  const server = createServer(async ({ url }, response) => {
    if (url === '/favicon.ico') return response.writeHead(204).end();
    if (url === '/assistant-token') {
      state.tokens++;
      const token = new SignJWT({ name: 'Anna' })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject('42')
        .setIssuer('app')
        .setAudience('paliadin')
        .setIssuedAt()
        .setExpirationTime(lifetime);
      return response.end(await token.sign(Buffer.from(SECRET)));
    }
    // As a strict application would have it.
    const csp = `default-src 'self'; script-src 'unsafe-inline' ${state.gateway}; connect-src 'self' ${state.gateway}`;
    response.setHeader('content-security-policy', csp);
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><h1>Cases</h1>${page.replaceAll('https://chat.example', state.gateway)}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { state, port, origin: `http://127.0.0.1:${port}` };
}

async function together(lifetime = '5m') {
  const app = await application(lifetime);
  const gateway = await gatewayForTest({
    env: {
      PALIADIN_APP_ORIGINS: app.origin,
      PALIADIN_JWT_SECRET: SECRET,
      PALIADIN_JWT_ISSUER: 'app',
      PALIADIN_JWT_AUDIENCE: 'paliadin',
      PALIADIN_JWT_CLOCK_SKEW: '0s',
    },
  });
  app.state.gateway = gateway.url;
  return { app, gateway };
}

test('the documented page asks on its own origin, and shows the answer as it grows', async () => {
  const { app, gateway } = await together();
  const { page, expectTrouble } = await browser.visitor(app.origin);
  expectTrouble(/^request to elsewhere: /);
  await page.goto('/cases');
  await page.getByLabel('Question').fill('demo at once');
  await page.getByRole('button', { name: 'Ask' }).click();
  await expect.poll(() => page.locator('#answer').textContent()).toMatch(/\w{3}/);
  const { users, turns } = await gateway.store();
  const user = await users.bySubject('jwt:42');
  await expect.poll(async () => (await turns.list({ userId: user?.id, limit: 1 }))[0]?.status).toBe('completed');
  const [line] = await turns.list({ limit: 1 });
  const turn = await turns.get(line?.turnId ?? '');
  expect(turn?.pageOrigin).toBe(`${app.origin}/cases`);
  await expect.poll(() => page.locator('#answer').textContent()).toBe(turn?.response);
});

test('an answer is not cut by a token that ends while it is written', async () => {
  const { app, gateway } = await together('2s');
  const { page, expectTrouble } = await browser.visitor(app.origin);
  expectTrouble(/^request to elsewhere: /, /401 \(Unauthorized\)/);
  await page.goto('/');
  await page.getByLabel('Question').fill('demo hold end');
  await page.getByRole('button', { name: 'Ask' }).click();
  await expect.poll(() => app.state.tokens, { timeout: 20_000 }).toBeGreaterThan(1);
  const { sessions, turns, users } = await gateway.store();
  const user = await users.bySubject('jwt:42');
  const [line] = await turns.list({ limit: 1 });
  const session = await sessions.ofUser({ id: user?.id ?? '' }, { prefix: '', host: '', now: 0 });
  await writeFile(join(gateway.agentDirectory(session.name), 'release-end'), '');
  await expect.poll(async () => (await turns.get(line?.turnId ?? ''))?.status).toBe('completed');
  const answer = (await turns.get(line?.turnId ?? ''))?.response;
  await expect.poll(() => page.locator('#answer').textContent()).toBe(answer);
});

test('a page of an unlisted origin gets nothing, and the log names the setting', async () => {
  const { app, gateway } = await together();
  // The same application under a name that is not listed.
  const { page, expectTrouble } = await browser.visitor(`http://${UNLISTED}:${app.port}`);
  expectTrouble(/^request to elsewhere: /, /CORS policy/, /Failed to load resource/, /^request failed: /);
  await page.goto('/');
  await page.getByLabel('Question').fill('demo at once');
  await page.getByRole('button', { name: 'Ask' }).click();
  await expect.poll(() => gateway.log, { timeout: 20_000 }).toContain('it is not in PALIADIN_APP_ORIGINS');
  expect(await (await gateway.store()).turns.list({ limit: 1 })).toEqual([]);
});
