/**
 * T2. Somebody on the network, without an account, tries every route of the gateway: with nothing, with secrets that they
 * made up, and with the headers in which proxies name their users. Or a gateway is put where others can reach it
 * before anybody has said how people sign in.
 *
 * Verified against a real gateway, over the routes that the router itself has: 401 but for the page, sign-in, liveness,
 * readiness and the API's description, which tell nothing of anybody; no turn is recorded. A gateway for others without a
 * way to sign in, with half of one or a weak secret does not start, and its exit code says so.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCli } from '../faults/run-cli.ts';
import { runServer } from '../http/running-server.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { useGateway } from '../support/use-gateway.ts';

const gateway = useGateway();

/** What is for everybody; nobody's question, answer or name is in it. */
const FOR_EVERYBODY = /^(GET|HEAD) (\/|\/\*|\/admin(\/\*)?|\/healthz|\/readyz|\/openapi\.json|\/api\/auth\/ways)$/;
const SIGN_IN = /^POST \/api\/auth\/(code|token)$/;

test('T2: no route answers who is not signed in', async () => {
  const { app } = await runServer();
  const owner = await gateway().as('owner');
  const { turnId } = await owner.answer('demo echo the secret of case 42');
  const { user, session } = await owner.me();
  const attempts: Record<string, string>[] = [
    {},
    { authorization: `Bearer pal_${'A'.repeat(43)}` },
    { authorization: 'Bearer owner' },
    { authorization: `Basic ${btoa('owner:owner')}` },
    {
      authorization: `Bearer ${btoa('{"alg":"none"}')}.${btoa('{"sub":"owner","exp":9999999999}')}.`.replaceAll(
        '=',
        '',
      ),
    },
    { cookie: `paliadin=${'A'.repeat(43)}; __Host-paliadin=${'A'.repeat(43)}`, origin: gateway().url },
    {
      'x-forwarded-user': 'owner',
      'x-forwarded-email': 'owner',
      'tailscale-user-login': 'owner',
      'x-forwarded-for': '127.0.0.1',
    },
  ];
  let refused = 0;
  for (const { method, url } of app.routes) {
    const route = `${method} ${url}`;
    const path = url
      .replace(':turnId', turnId)
      .replace(':userId', user.id)
      .replace(/:\w+/g, 'x')
      .replace('*', 'favicon.svg');
    for (const headers of attempts) {
      const body = method === 'POST' ? JSON.stringify({ message: 'T2', code: 'x', token: 'x.y.z' }) : null;
      const type = body === null ? {} : { 'content-type': 'application/json' };
      const response = await fetch(gateway().url + path, { method, headers: { ...type, ...headers }, body });
      const said = await response.text();
      for (const secret of ['case 42', session.name]) {
        expect([route, said.includes(secret)]).toEqual([route, false]);
      }
      if (FOR_EVERYBODY.test(route)) expect([route, response.status]).toEqual([route, 200]);
      else if (SIGN_IN.test(route)) expect([route, response.status]).toEqual([route, expect.toBeOneOf([401, 429])]);
      else {
        expect([route, headers, response.status]).toEqual([route, headers, 401]);
        refused++;
      }
      expect([route, response.headers.get('set-cookie')]).toEqual([route, null]);
    }
  }
  expect(refused).toBeGreaterThanOrEqual(14 * attempts.length);
  expect((await (await gateway().store()).turns.list({ limit: 9 })).map((turn) => turn.turnId)).toEqual([turnId]);
});

const JWT = { PALIADIN_JWT_SECRET: 'x'.repeat(48), PALIADIN_JWT_ISSUER: 'app', PALIADIN_JWT_AUDIENCE: 'paliadin' };

test.each<[string, Record<string, string>, RegExp]>([
  ['no way to sign in', {}, /PALIADIN_HOST is "0\.0\.0\.0".*PALIADIN_JWT_SECRET.*PALIADIN_TRUSTED_HEADER/],
  ['a public name alone', { PALIADIN_PUBLIC_URL: 'https://chat.example' }, /PALIADIN_JWT_SECRET/],
  ['an empty secret', { ...JWT, PALIADIN_JWT_SECRET: '' }, /PALIADIN_JWT_ISSUER is set, and no key/],
  ['a weak secret', { ...JWT, PALIADIN_JWT_SECRET: 'secret' }, /PALIADIN_JWT_SECRET has 6 bytes/],
  ['a secret for any audience', { ...JWT, PALIADIN_JWT_AUDIENCE: '' }, /PALIADIN_JWT_AUDIENCE/],
  ['a proxy’s header from anybody', { PALIADIN_TRUSTED_HEADER: 'X-Forwarded-Email' }, /PALIADIN_TRUSTED_PROXIES/],
  [
    'a proxy’s header from everybody',
    { PALIADIN_TRUSTED_HEADER: 'X-User', PALIADIN_TRUSTED_PROXIES: '0.0.0.0/0' },
    /PALIADIN_TRUSTED_PROXIES is "0\.0\.0\.0\/0"/,
  ],
  ['a name without https', { ...JWT, PALIADIN_PUBLIC_URL: 'http://chat.example' }, /PALIADIN_PUBLIC_URL.*https/],
])('T2: for others to reach, with %s, it does not start', async (_, env, why) => {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const { code, said } = await runCli(['start'], {
    env: {
      PALIADIN_HOST: '0.0.0.0',
      PALIADIN_PORT: '0',
      PALIADIN_STATE_DIR: `${path}/state`,
      PALIADIN_AGENT: 'none',
      ...env,
    },
    cwd: path,
  });
  expect(code).toBe(1);
  expect(said).toMatch(why);
  expect(said).not.toContain('Open http');
  expect(existsSync(join(path, 'state', 'paliadin.db'))).toBe(false); // before anything began
});
