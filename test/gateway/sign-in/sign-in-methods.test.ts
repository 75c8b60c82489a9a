/** Whether the settings of the sign-in methods are consistent, and sufficient for where the gateway listens. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { originsOf } from '../../../src/config/sign-in/public-address.ts';
import { signInMethods } from '../../../src/gateway/sign-in/sign-in-methods.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const SECRET = 'x'.repeat(32);
const JWT = { PALIADIN_JWT_SECRET: SECRET, PALIADIN_JWT_ISSUER: 'app', PALIADIN_JWT_AUDIENCE: 'paliadin' };
const PROXY = { PALIADIN_TRUSTED_HEADER: 'X-Forwarded-Email', PALIADIN_TRUSTED_PROXIES: '127.0.0.1' };
const PUBLIC = { PALIADIN_HOST: '192.0.2.1', PALIADIN_PUBLIC_URL: 'https://chat.example' };

const ways = (env: Record<string, string>) => signInMethods(loadConfig(env, null), Date.now);

test.each<[string, Record<string, string>, { jwt: boolean; proxy: boolean }]>([
  ['nothing', {}, { jwt: false, proxy: false }],
  ['a secret', JWT, { jwt: true, proxy: false }],
  [
    'public keys',
    { ...JWT, PALIADIN_JWT_SECRET: '', PALIADIN_JWT_JWKS_URL: 'https://app.example/keys' },
    { jwt: true, proxy: false },
  ],
  [
    'public keys on loopback',
    { ...JWT, PALIADIN_JWT_SECRET: '', PALIADIN_JWT_JWKS_URL: 'http://127.0.0.1:1/keys' },
    { jwt: true, proxy: false },
  ],
  ['a proxy', PROXY, { jwt: false, proxy: true }],
  ['both, for others to reach', { ...JWT, ...PROXY, ...PUBLIC }, { jwt: true, proxy: true }],
  [
    'a public name, and a proxy on this machine',
    { PALIADIN_PUBLIC_URL: 'https://chat.example' },
    { jwt: false, proxy: false },
  ],
  [
    'plain http that is asked for',
    { ...JWT, ...PUBLIC, PALIADIN_PUBLIC_URL: 'http://chat.example', PALIADIN_PUBLIC_HTTP: 'allow' },
    { jwt: true, proxy: false },
  ],
])('%s will do', async (_, env, expected) => {
  const { jwt, proxy } = await ways(env);
  expect({ jwt: jwt !== null, proxy: proxy !== null }).toEqual(expected);
});

test.each<[string, Record<string, string>, RegExp]>([
  [
    'an address for others without a way in',
    { PALIADIN_HOST: '0.0.0.0' },
    /PALIADIN_HOST is "0\.0\.0\.0".*PALIADIN_JWT_SECRET.*PALIADIN_TRUSTED_HEADER.*PALIADIN_PUBLIC_URL/,
  ],
  ['one with a name, and no way in', PUBLIC, /PALIADIN_JWT_SECRET/],
  ['one with a way in, and no name', { ...JWT, PALIADIN_HOST: '::' }, /PALIADIN_PUBLIC_URL/],
  [
    'a name that others know, without https',
    { PALIADIN_PUBLIC_URL: 'http://chat.example' },
    /PALIADIN_PUBLIC_HTTP=allow/,
  ],
  ['a short secret', { ...JWT, PALIADIN_JWT_SECRET: 'x'.repeat(31) }, /PALIADIN_JWT_SECRET has 31 bytes: at least 32/],
  ['a secret for whatever audience', { ...JWT, PALIADIN_JWT_AUDIENCE: '' }, /not PALIADIN_JWT_AUDIENCE/],
  ['a secret of whatever issuer', { ...JWT, PALIADIN_JWT_ISSUER: '' }, /not PALIADIN_JWT_ISSUER/],
  ['an issuer without a key', { PALIADIN_JWT_ISSUER: 'app' }, /PALIADIN_JWT_ISSUER is set, and no key/],
  [
    'two keys',
    { ...JWT, PALIADIN_JWT_JWKS_URL: 'https://x/y' },
    /PALIADIN_JWT_SECRET and PALIADIN_JWT_JWKS_URL are set/,
  ],
  [
    'keys without https',
    { ...JWT, PALIADIN_JWT_SECRET: '', PALIADIN_JWT_JWKS_URL: 'http://app.example/keys' },
    /https, or on loopback/,
  ],
  [
    'keys of no address',
    { ...JWT, PALIADIN_JWT_SECRET: '', PALIADIN_JWT_JWKS_URL: 'file:///etc/keys' },
    /https, or on loopback/,
  ],
  [
    'a secret file that is not there',
    { ...JWT, PALIADIN_JWT_SECRET: '', PALIADIN_JWT_SECRET_FILE: '/nowhere/x' },
    /can't be read/,
  ],
  ['a header that anybody may send', { PALIADIN_TRUSTED_HEADER: 'X-Forwarded-Email' }, /not PALIADIN_TRUSTED_PROXIES/],
  ['a name without who it is', { PALIADIN_TRUSTED_NAME_HEADER: 'X-Name' }, /not PALIADIN_TRUSTED_HEADER/],
])('%s is refused, and no secret is said', async (_, env, why) => {
  const error = await ways(env).catch((error: unknown) => error);
  expect(error).toMatchObject({ name: 'ConfigError', message: expect.stringMatching(why) });
  expect((error as Error).message).not.toContain('xxxx');
});

test('a secret may be in a file, whose final newline is ignored', async () => {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const file = join(path, 'secret');
  writeFileSync(file, `${SECRET}\n`);
  const inFile = await ways({ ...JWT, PALIADIN_JWT_SECRET: '', PALIADIN_JWT_SECRET_FILE: file });
  expect(inFile.jwt?.keyDigests).toEqual((await ways(JWT)).jwt?.keyDigests);
  writeFileSync(file, `${'x'.repeat(31)}\n\n`);
  await expect(ways({ ...JWT, PALIADIN_JWT_SECRET: '', PALIADIN_JWT_SECRET_FILE: file })).rejects.toThrow(
    /has 31 bytes/,
  );
});

test('browsers may use the public name and this machine’s own names only', () => {
  const origins = (env: Record<string, string>) => originsOf(loadConfig(env, null).values, 7717);
  const own = ['http://127.0.0.1:7717', 'http://localhost:7717', 'http://[::1]:7717'];
  expect(origins({})).toEqual(own);
  expect(origins(PUBLIC)).toEqual(['https://chat.example', ...own]);
  expect(origins({ PALIADIN_HOST: '127.0.0.9' })).toEqual(['http://127.0.0.9:7717', ...own]);
});
