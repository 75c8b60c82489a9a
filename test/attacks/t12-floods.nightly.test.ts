/**
 * T12. A user, or somebody without an account, sends too much: bodies of megabytes, thousands of requests,
 * from another address of the same network each time, questions faster than they are answered, endless streams,
 * silent connections.
 *
 * Verified with a real gateway: each is refused with a code that says so, memory stays flat, and another user
 * is answered meanwhile.
 */
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { memoryOf } from '../faults/memory.ts';
import { somebody } from '../faults/somebody.ts';
import { gatewayForTest, useGateway } from '../support/use-gateway.ts';

const LIMIT = 200;
const gateway = useGateway({ env: { PALIADIN_RATE_LIMIT: String(LIMIT), PALIADIN_QUEUE_LIMIT: '5' } });

// A gateway at rest has some 100 MB, and more until it collects its garbage; 200 MB are sent, so what it kept of that
// would be far more than this.
const FLAT_MB = 128;

test('T12: bodies of 10 MB are refused, and memory stays flat', async () => {
  const eve = await somebody(gateway(), 'eve');
  await eve.goesOn();
  const before = await memoryOf(gateway().pid);
  const message = 'x'.repeat(10 * 1024 * 1024);
  for (let n = 0; n < 20; n++) {
    const response = await eve.call('POST', '/api/turns', { body: { message } });
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([413, 'message_too_large']);
  }
  // The same for those who have no account.
  const stranger = await fetch(`${gateway().url}/api/auth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: message }),
  });
  expect(stranger.status).toBe(413);
  expect((await memoryOf(gateway().pid)).now - before.now).toBeLessThan(FLAT_MB);
  expect(await gateway().prompts(eve.session)).toHaveLength(1);
});

test('T12: a request whose body never ends is refused with 413', async () => {
  const eve = await gateway().as('eve');
  const { port } = new URL(gateway().url);
  const sending = request({
    host: '127.0.0.1',
    port,
    method: 'POST',
    path: '/api/turns',
    agent: false,
    headers: { authorization: `Bearer ${eve.token}`, 'content-type': 'application/json', 'content-length': 10 ** 10 },
  });
  sending.on('error', () => undefined);
  sending.write('{"message":"');
  const [response] = await once(sending, 'response');
  expect(response.statusCode).toBe(413);
  sending.destroy();
});

test('T12: 1,000 requests of one user are rate limited, and other users are not affected', async () => {
  const [fred, gina] = [await somebody(gateway(), 'fred'), await somebody(gateway(), 'gina')];
  await gina.goesOn();
  const before = await memoryOf(gateway().pid);
  const statuses: Record<number, number> = {};
  for (let round = 0; round < 20; round++) {
    const all = await Promise.all(Array.from({ length: 50 }, () => fred.call('GET', '/api/me')));
    for (const response of all) {
      statuses[response.status] = (statuses[response.status] ?? 0) + 1;
      await response.arrayBuffer();
      if (response.status === 429) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    }
  }
  expect(Object.keys(statuses)).toEqual(['200', '429']);
  // A new minute may have begun on the way.
  expect(statuses[200]).toBeLessThanOrEqual(2 * LIMIT);
  expect(statuses[429]).toBeGreaterThanOrEqual(1000 - 2 * LIMIT);
  expect((await memoryOf(gateway().pid)).now - before.now).toBeLessThan(FLAT_MB);
  await gina.goesOn();
});

test('T12: questions beyond the queue limit are refused, and the first ones are answered in order', async () => {
  const hugo = await somebody(gateway(), 'hugo');
  const first = await hugo.ask('demo hold hugo');
  await hugo.until(first.turnId, 'chunk');
  const asked = await Promise.all(
    Array.from({ length: 30 }, (_, n) => hugo.call('POST', '/api/turns', { body: { message: `demo echo ${n}` } })),
  );
  const codes = await Promise.all(
    asked.map(async (response) => [response.status, ((await response.json()) as { code?: string }).code]),
  );
  expect(codes.filter(([status]) => status === 202)).toHaveLength(5);
  expect(codes.filter(([, code]) => code === 'queue_full')).toHaveLength(25);
  await hugo.release('hugo');
  await hugo.finished(first.turnId);
  await hugo.finished((await hugo.history()).turns[0]?.turnId ?? '');
  expect(await gateway().prompts(hugo.session)).toHaveLength(6);
});

test('T12: a user’s streams are limited, and silent connections do not block others', async () => {
  const ida = await somebody(gateway(), 'ida');
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const streams = [];
  for (let n = 0; n < 20; n++) streams.push(await ida.call('GET', '/api/events', { signal: abort.signal }));
  expect(streams.map(({ status }) => status)).toEqual(Array(20).fill(200));
  const refused = await ida.call('GET', '/api/events');
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([429, 'rate_limited']);

  const { port } = new URL(gateway().url);
  const silent = Array.from({ length: 300 }, () => connect(Number(port), '127.0.0.1').on('error', () => undefined));
  onTestFinished(() => {
    for (const socket of silent) socket.destroy();
  });
  await Promise.all(silent.map((socket) => once(socket, 'connect')));
  for (const socket of silent) socket.write('GET /api/me HTTP/1.1\r\nHost: 127.0.0.1\r\n');
  await (await somebody(gateway(), 'julia')).goesOn();
});

test('T12: changing addresses within an IPv6 network evades neither rate limit nor audit throttling', async () => {
  const own = await gatewayForTest({
    env: { PALIADIN_AGENT: 'none', PALIADIN_RATE_LIMIT: '20', PALIADIN_TRUSTED_PROXIES: '127.0.0.1' },
  });
  const from = async (address: string, headers: Record<string, string> = {}) =>
    (await fetch(`${own.url}/api/me`, { headers: { 'x-forwarded-for': address, ...headers } })).status;
  const wrong = { authorization: `Bearer pal_${'A'.repeat(43)}` };
  const statuses = [];
  for (let n = 1; n <= 100; n++) statuses.push(await from(`2001:db8:1:2:${n.toString(16)}::${n}`, wrong));
  // A new minute may have begun on the way.
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(60);
  expect(await from('2001:db8:1:3::1', wrong)).toBe(401);
  const { audit } = await own.store();
  // Written after the answer.
  await expect.poll(() => audit.list({ action: 'sign-in.denied', limit: 100 })).toHaveLength(2);
});
