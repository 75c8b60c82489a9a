/** Hook calls through a real relay, by its port and by its socket. */
import { statSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startHookServer } from '../../../src/host/agents/claude/hook-server.ts';
import { until } from '../../support/until.ts';
import { daemonForTest, raw, relayDirectory, relayForTest, type TestRelay } from './test-relay.ts';

const STOP = '{"hook_event_name":"Stop"}';

interface Called {
  status: number;
  body: string;
}

/** By the port, or by the socket. */
function call(
  { relay }: TestRelay,
  by: 'port' | 'socket',
  headers: Record<string, string>,
  body: string | null = STOP,
  method = 'POST',
): Promise<Called> {
  const where = by === 'port' ? { host: '127.0.0.1', port: relay.port } : { socketPath: relay.socket };
  const { promise, resolve, reject } = Promise.withResolvers<Called>();
  const asked = request({ ...where, path: '/paliadin', method, headers, agent: false }, (response) => {
    let said = '';
    response.setEncoding('utf8').on('data', (chunk) => {
      said += chunk;
    });
    response.once('end', () => resolve({ status: response.statusCode ?? 0, body: said }));
    response.once('error', reject);
  });
  asked.once('error', reject);
  asked.end(body ?? undefined);
  return promise;
}

async function withDaemon() {
  const directory = await relayDirectory();
  const heard: string[] = [];
  const troubles: unknown[] = [];
  const gone: string[] = [];
  const relay = await relayForTest({ directory });
  const server = await startHookServer(relay.files.hooks, {
    async receive(session, { hook_event_name: event, prompt = '' }, signal) {
      heard.push(`${session} ${event} ${prompt.length}`);
      if (event !== 'PermissionRequest') return { heard: true };
      return new Promise(() => signal.addEventListener('abort', () => gone.push(session)));
    },
    onError: (_what, error) => troubles.push(error),
  });
  let closed: Promise<void> | null = null;
  const close = () => (closed ??= server.close());
  onTestFinished(close);
  return { ...relay, heard, troubles, gone, close };
}

describe.each(['port', 'socket'] as const)('by the %s', (by) => {
  test('a session’s hook reaches the daemon, and gets its answer', async () => {
    const it = await withDaemon();
    expect(await call(it, by, { authorization: `Bearer ${it.token('one')}` })).toEqual({
      status: 200,
      body: '{"heard":true}',
    });
    expect(it.heard).toEqual(['one Stop 0']);
  });

  test('a hook without its own session’s secret is refused with 401', async () => {
    const it = await withDaemon();
    const [one, two] = [it.secret('one'), it.secret('two')];
    const wrong = [
      '',
      'Bearer',
      `Bearer one.${two}`,
      `Bearer two.${one}`,
      `Bearer one.${one.slice(0, 63)}`,
      'Bearer one.',
      `Bearer three.${one}`,
      `Bearer ../sessions/one.${one}`,
      `Bearer one.${one}.${two}`,
      `Basic ${Buffer.from(`one:${one}`).toString('base64')}`,
    ];
    for (const authorization of wrong) expect((await call(it, by, { authorization })).status, authorization).toBe(401);
    expect((await call(it, by, { 'x-api-key': `one.${one}` })).status).toBe(401);
    expect(it.heard).toEqual([]);
  });

  test('a hook can’t name another session than the one whose secret it shows', async () => {
    const it = await withDaemon();
    it.token('two');
    const authorization = `Bearer ${it.token('one')}`;
    for (const name of ['x-paliadin-session', 'X-PALIADIN-SESSION', 'x-Paliadin-Session']) {
      expect((await call(it, by, { authorization, [name]: 'two' })).status).toBe(200);
    }
    const smuggled = `POST /paliadin HTTP/1.1\r\nHost: x\r\nConnection: close, authorization\r\nAuthorization: ${authorization}\r\nX-Paliadin-Session: two\r\nX-Paliadin-Session: two\r\nContent-Length: ${STOP.length}\r\n\r\n${STOP}`;
    expect(await raw(by === 'port' ? it.relay.port : it.relay.socket, smuggled)).toMatch(/^HTTP\/1\.1 200 /);
    expect(it.heard).toEqual(Array(4).fill('one Stop 0'));
  });
});

test('a hook gets 503 at once while the daemon is down, and is passed on again when it is back', async () => {
  const it = await withDaemon();
  const headers = { authorization: `Bearer ${it.token('one')}` };
  expect((await call(it, 'port', headers)).status).toBe(200);
  await it.close();
  const before = performance.now();
  expect((await call(it, 'port', headers)).status).toBe(503);
  expect(performance.now() - before).toBeLessThan(1_000);
  const server = await startHookServer(it.files.hooks, {
    receive: async () => ({}),
    onError: (_what, error) => it.troubles.push(error),
  });
  onTestFinished(() => server.close());
  expect((await call(it, 'port', headers)).status).toBe(200);
});

test('an invalid hook call is refused, and the next one accepted', async () => {
  const it = await withDaemon();
  const headers = { authorization: `Bearer ${it.token('one')}` };
  expect((await call(it, 'port', headers, 'garbage')).status).toBe(400);
  expect((await call(it, 'port', headers, '[]')).status).toBe(400);
  expect((await call(it, 'port', headers, null, 'GET')).status).toBe(405);
  expect(it.troubles).toHaveLength(2);
  expect((await call(it, 'port', headers)).status).toBe(200);
});

test.each([
  ['that says its length', { 'content-length': String(17 * 1024 * 1024) }],
  ['in chunks', { 'transfer-encoding': 'chunked' }],
])('a hook of more than 16 MiB %s is refused with 413', async (_how, framing) => {
  const it = await withDaemon();
  const body = `{"hook_event_name":"Stop","prompt":"${'x'.repeat(17 * 1024 * 1024 - 38)}"}`;
  const headers: Record<string, string> = { authorization: `Bearer ${it.token('one')}`, ...framing };
  const status = await call(it, 'port', headers, body).then(
    (called) => called.status,
    (error: NodeJS.ErrnoException) => error.code, // the connection is closed while it still speaks
  );
  expect([413, 'EPIPE', 'ECONNRESET']).toContain(status);
  expect(it.heard).toEqual([]);
});

test('a hook of 15 MiB arrives complete', async () => {
  const it = await withDaemon();
  const prompt = 'x'.repeat(15 * 1024 * 1024);
  const body = JSON.stringify({ hook_event_name: 'Stop', prompt });
  expect((await call(it, 'port', { authorization: `Bearer ${it.token('one')}` }, body)).status).toBe(200);
  expect(it.heard).toEqual([`one Stop ${prompt.length}`]);
});

test('the daemon is told when an agent stops waiting for a permission', async () => {
  const it = await withDaemon();
  const where = { host: '127.0.0.1', port: it.relay.port, path: '/paliadin', method: 'POST', agent: false as const };
  const asked = request({ ...where, headers: { authorization: `Bearer ${it.token('one')}` } });
  asked.on('error', () => {});
  asked.end('{"hook_event_name":"PermissionRequest"}');
  await until('the request', () => it.heard.length === 1);
  await delay(50); // as a dialog that stays open
  expect(it.gone).toEqual([]);
  asked.destroy();
  await until('the daemon to know', () => it.gone.length === 1);
});

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'a permission open when the daemon ends (%s) gets no answer, as on the daemon’s own socket',
  async (signal) => {
    const directory = await relayDirectory();
    const daemon = await daemonForTest(directory);
    const it = await relayForTest({ directory });
    const headers = { authorization: `Bearer ${it.token('one')}` };
    const open = call(it, 'port', headers, '{"hook_event_name":"PermissionRequest"}').catch((error) => error.code);
    await until('the request', () => daemon.heard().length === 1);
    await daemon.end(signal);
    expect(await open).toBe('ECONNRESET');
    expect((await call(it, 'port', headers)).status).toBe(503);
  },
);

test('after the relay is killed during a hook, the call fails and the next one works on the same port', async () => {
  const it = await withDaemon();
  const { port } = it.relay;
  const headers = { authorization: `Bearer ${it.token('one')}` };
  const open = call(it, 'port', headers, '{"hook_event_name":"PermissionRequest"}').catch((error) => error.code);
  await until('the request', () => it.heard.length === 1);
  await it.kill();
  expect(await open).toBe('ECONNRESET');
  await until('the daemon to know', () => it.gone.length === 1);
  await until('the relay', async () => (await call(it, 'port', headers).catch(() => null))?.status === 200);
  expect([it.relay.port, it.lost, it.errors.length]).toEqual([port, 0, 1]);
});

test('a session’s concurrent requests are limited, and another session’s are still served', async () => {
  const it = await withDaemon();
  const headers = { authorization: `Bearer ${it.token('one')}` };
  const open = Array.from({ length: 256 }, () => {
    const where = { socketPath: it.relay.socket, path: '/paliadin', method: 'POST', agent: false as const, headers };
    const asked = request(where);
    asked.on('error', () => {});
    asked.end('{"hook_event_name":"PermissionRequest"}');
    return asked;
  });
  await until('all of them', () => it.heard.length === 256);
  expect((await call(it, 'port', headers)).status).toBe(429);
  expect((await call(it, 'port', { authorization: `Bearer ${it.token('two')}` })).status).toBe(200);
  for (const one of open) one.destroy();
  await until('their end', async () => (await call(it, 'port', headers)).status === 200);
});

test('the daemon’s own socket is accessible to its account only', async () => {
  const it = await withDaemon();
  for (const path of [it.files.hooks, it.files.socket, it.files.control])
    expect(statSync(path).mode & 0o777).toBe(0o600);
  for (const path of [it.directory, it.files.socketDirectory]) expect(statSync(path).mode & 0o777).toBe(0o700);
});
