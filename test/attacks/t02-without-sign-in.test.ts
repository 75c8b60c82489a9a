/**
 * T2. Somebody on the network, without an account, tries every route of the gateway: without credentials, with invented
 * secrets, and with the headers in which proxies name their users. Or a gateway is made reachable for others
 * before a sign-in method is configured.
 *
 * Verified against a real gateway, over the routes that the router itself has: 401 except for the page, sign-in,
 * liveness, readiness and the API's description, which reveal no user's data; no turn is recorded. A gateway for
 * others without a sign-in method, with an incomplete one or a weak secret does not start, and its exit code says so.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCli } from '../faults/run-cli.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { useGateway } from '../support/use-gateway.ts';
import { aTarget, isRefusedEverywhere } from './every-route.ts';

const gateway = useGateway();

test('T2: no closed route answers without a valid sign-in', async () => {
  const target = await aTarget(gateway(), 'owner');
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
    {
      cookie: `paliadin-${new URL(gateway().url).port}=${'A'.repeat(43)}; paliadin=${'A'.repeat(43)}`,
      'x-paliadin-session-key': 'A'.repeat(43),
      origin: gateway().url,
    },
    {
      'x-forwarded-user': 'owner',
      'x-forwarded-email': 'owner',
      'tailscale-user-login': 'owner',
      'x-forwarded-for': '127.0.0.1',
    },
  ];
  const refused = await isRefusedEverywhere(gateway(), target, attempts);
  expect(refused).toBeGreaterThanOrEqual(14 * attempts.length);
  expect((await (await gateway().store()).turns.list({ limit: 9 })).map((turn) => turn.turnId)).toEqual([
    target.turnId,
  ]);
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
])('T2: a gateway that others can reach does not start with %s', async (_, env, why) => {
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
