import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientKey } from '../../src/http/client-address.ts';
import { aPerson, bearer, call, runServer } from './running-server.ts';

const keyOf = (ip: string) => clientKey({ ip });

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::FFFF:c000:207', '192.0.2.7'],
  ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7%eth0', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
  ['2001:DB8:1:2::', '2001:db8:1:2::'],
  ['2001:0db8:0001:0002:ffff:ffff:ffff:ffff', '2001:db8:1:2::'],
  ['2001:db8::1', '2001:db8::'],
  ['fe80::1%eth0', 'fe80::'],
  ['fe80::2%wlan1', 'fe80::'],
  ['::1', '::'],
  ['192.0.2.7:50000', '192.0.2.7'],
  ['[2001:db8:1:2::9]:50000', '2001:db8:1:2::'],
  ['[2001:db8:1:2::9]', '2001:db8:1:2::'],
  ['unknown', 'unknown'],
  ['_hidden7', 'unknown'],
  ['', 'unknown'],
  ['192.0.2.7.example', 'unknown'],
  ['[2001:db8::1', 'unknown'],
])('%s is counted as %s', (address, key) => {
  expect(keyOf(address)).toBe(key);
});

test('addresses of the same /64 have the same key, and of different /64s different ones, in any spelling', () => {
  const half = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 4, maxLength: 4 });
  const write = (groups: number[], upper: boolean) => {
    const text = groups.map((group) => group.toString(16).padStart(upper ? 4 : 1, '0')).join(':');
    return upper ? text.toUpperCase() : text;
  };
  fc.assert(
    fc.property(half, half, half, half, (network, other, one, two) => {
      fc.pre(network[0] !== 0 && network.join() !== other.join());
      expect(keyOf(write([...network, ...one], false))).toBe(keyOf(write([...network, ...two], true)));
      if (other[0] !== 0)
        expect(keyOf(write([...network, ...one], false))).not.toBe(keyOf(write([...other, ...one], true)));
    }),
  );
});

const behindProxy = { trustsProxy: (address: string) => address === '127.0.0.1' };

test('requests from changing addresses of one /64 share one limit', async () => {
  const server = await runServer({ ...behindProxy, rateLimit: 5 });
  const from = async (address: string) =>
    (await call(server, 'GET', '/readyz', { headers: { 'x-forwarded-for': address } })).status;
  const statuses = [];
  for (let n = 0; n < 8; n++) statuses.push(await from(`2001:db8:1:2::${n.toString(16)}`));
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
  expect(await from('2001:db8:1:3::1')).toBe(200);
  for (let n = 0; n < 5; n++) expect(await from('198.51.100.1')).toBe(200);
  expect(await from('::ffff:198.51.100.1')).toBe(429);
});

test('failed sign-ins from one /64 are throttled and recorded together', async () => {
  const server = await runServer(behindProxy);
  const { token } = await aPerson(server);
  for (let n = 1; n <= 30; n++) {
    const headers = { ...bearer(`${token}${n}`), 'x-forwarded-for': `2001:db8:1:2::${n.toString(16)}` };
    expect((await call(server, 'GET', '/api/me', { headers })).status).toBe(401);
  }
  const denied = () => server.store.audit.list({ action: 'sign-in.denied', limit: 100 });
  await expect.poll(denied).not.toEqual([]); // written after the answer
  expect(await denied()).toHaveLength(1);
});

test('no other module of the server reads a client’s address, except to recognise our proxy', () => {
  const root = join(import.meta.dirname, '../../src/http');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const looking = files.filter((file) => /\bips?\b|remoteAddress/.test(readFileSync(join(root, file), 'utf8')));
  expect(looking.sort()).toEqual(['client-address.ts', 'sign-in/proxy.ts']);
});
