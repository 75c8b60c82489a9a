import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { webhookEndpoint } from '../../src/gateway/webhooks.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';

const URL_ = 'https://app.example/hooks';
const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const endpointOf = (env: Record<string, string>) => webhookEndpoint(loadConfig(env, null));

test('an endpoint has an address and a secret, and gets no text unless that is asked for', async () => {
  expect(endpointOf({})).toBeNull();
  const set = { PALIADIN_WEBHOOK_URL: URL_, PALIADIN_WEBHOOK_SECRET: SECRET };
  expect(endpointOf(set)).toEqual({ url: URL_, secret: SECRET, includeText: false });
  expect(endpointOf({ ...set, PALIADIN_WEBHOOK_TEXT: 'include' })?.includeText).toBe(true);
  const file = join(await temporaryDirectory(), 'secret');
  writeFileSync(file, `${SECRET}\n`);
  expect(endpointOf({ PALIADIN_WEBHOOK_URL: URL_, PALIADIN_WEBHOOK_SECRET_FILE: file })?.secret).toBe(SECRET);
});

test.each<[string, Record<string, string>, RegExp]>([
  ['no secret', { PALIADIN_WEBHOOK_URL: URL_ }, /not PALIADIN_WEBHOOK_SECRET.*openssl rand/],
  ['no address', { PALIADIN_WEBHOOK_SECRET: SECRET }, /set PALIADIN_WEBHOOK_URL too/],
  ['a bare secret', { PALIADIN_WEBHOOK_URL: URL_, PALIADIN_WEBHOOK_SECRET: 'x'.repeat(40) }, /is not `whsec_`/],
  ['a short secret', { PALIADIN_WEBHOOK_URL: URL_, PALIADIN_WEBHOOK_SECRET: 'whsec_QUJD' }, /24 to 64 bytes/],
  [
    'a file that is not there',
    { PALIADIN_WEBHOOK_URL: URL_, PALIADIN_WEBHOOK_SECRET_FILE: '/nowhere/secret' },
    /PALIADIN_WEBHOOK_SECRET_FILE can't be read/,
  ],
])('a webhook with %s is refused at the start', (_, env, why) => {
  expect(() => endpointOf(env)).toThrow(why);
  expect(() => endpointOf(env)).not.toThrow(/x{40}|QUJD/);
});
