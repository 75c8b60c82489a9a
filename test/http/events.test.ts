import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test, vi } from 'vitest';
import type { ReconnectReason } from '../../src/contract/api.ts';
import { PaliadinError } from '../../src/contract/errors.ts';
import { type Block, blocksOf, rest, take } from './event-reader.ts';
import { aPerson, call, disable, open, type Running, responseOf, runServer, signIn } from './running-server.ts';

async function stream(server: Running, path: string, headers: Record<string, string>, method = 'GET', body?: unknown) {
  const request = open(server, {
    method,
    path,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
  });
  request.on('error', () => undefined); // it is destroyed by tests
  request.end(body === undefined ? undefined : JSON.stringify(body));
  const response = await responseOf(request);
  return { request, response, blocks: blocksOf(response) };
}

/** On a busy machine it may take long. */
async function until(holds: () => void): Promise<void> {
  await vi.waitFor(holds, { timeout: 20_000, interval: 10 });
}

async function ask(server: Running, headers: Record<string, string>, message = 'hi'): Promise<string> {
  return (await call(server, 'POST', '/api/turns', { headers, json: { message } })).json.turnId;
}

/** The last message of a stream that ends before its time. */
function reconnect(reason: ReconnectReason): Block {
  return { event: 'reconnect', data: JSON.stringify({ reason }) };
}

const ANSWER = 'Zwölf\n\nFälle 🙂\r\n\u2028data: x';

/** So much of an answer as no socket holds, straight into the store. */
async function keep(server: Running, userId: string, turnId: string, megabytes: number): Promise<void> {
  const text = 'x'.repeat(PIECE);
  for (let i = 0; i < megabytes; i++) {
    const events = Array.from({ length: 2 ** 20 / PIECE }, () => {
      return { turnId, userId, at: 1, event: { type: 'chunk', offset: 0, text } } as const;
    });
    await server.store.turns.write([{ turnId, change: {}, events }]);
  }
}

const PIECE = 32 * 1024;

test('a turn’s events arrive as they happen, each with an id, and end with the last', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  const turnId = await ask(server, bearer);
  const { response, blocks } = await stream(server, `/api/turns/${turnId}/events`, bearer);
  expect(response.statusCode).toBe(200);
  expect(response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
  });
  expect(await take(blocks, 1, () => true)).toEqual([{ retry: '1000' }]);
  const [accepted, delivering] = await take(blocks, 2);
  expect(accepted).toMatchObject({ id: '1', event: 'accepted' });
  expect(delivering).toMatchObject({ id: '2', event: 'delivering' });
  expect(JSON.parse(accepted?.data as string)).toMatchObject({
    type: 'accepted',
    turnId,
    turn: { turnId, message: 'hi' },
  });
  await server.agent.answer(turnId, ANSWER);
  const last = await rest(blocks);
  expect(last.map(({ id, event }) => [id, event])).toEqual([
    ['3', 'running'],
    ['4', 'chunk'],
    ['5', 'finished'],
  ]);
  expect(JSON.parse(last[1]?.data as string)).toMatchObject({ turnId, type: 'chunk', offset: 0, text: ANSWER });
  expect(JSON.parse(last[2]?.data as string).turn).toMatchObject({ status: 'completed', response: ANSWER });
});

test('asking with Accept: text/event-stream returns the turn’s events', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  const headers = { ...bearer, accept: 'text/event-stream' };
  const { response, blocks } = await stream(server, '/api/turns', headers, 'POST', { message: 'hi' });
  expect(response.statusCode).toBe(200);
  const [accepted] = await take(blocks, 1);
  const { turnId } = JSON.parse(accepted?.data as string);
  await server.agent.answer(turnId, ANSWER);
  expect((await rest(blocks)).at(-1)).toMatchObject({ event: 'finished' });
  expect(server.log()).toMatch(new RegExp(`"route":"/api/turns","status":200,"ms":\\d+,"turnId":"${turnId}"`));
});

test('a refused question gets a JSON error, not a stream', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  const headers = { ...bearer, accept: 'text/event-stream' };
  const { status, json } = await call(server, 'POST', '/api/turns', { headers, json: { message: 5 } });
  expect([status, json.code]).toEqual([400, 'bad_request']);
});

test('a reader that reconnects gets the events that it missed, each once', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  const turnId = await ask(server, bearer);
  await server.agent.answer(turnId, ANSWER);
  const path = `/api/turns/${turnId}/events`;
  const ids = async (query: string, headers: Record<string, string> = {}) => {
    const { blocks } = await stream(server, path + query, { ...bearer, ...headers });
    return (await rest(blocks)).flatMap(({ id }) => (id === undefined ? [] : [Number(id)]));
  };
  expect(await ids('')).toEqual([1, 2, 3, 4, 5]);
  expect(await ids('?after=3')).toEqual([4, 5]);
  expect(await ids('', { 'last-event-id': '4' })).toEqual([5]);
  expect(await ids('?after=1', { 'last-event-id': '4' })).toEqual([5]);
  for (const [query, headers] of [
    ['?after=5', {}],
    ['', { 'last-event-id': '5' }],
    ['?after=99', {}],
  ] as const) {
    const { status, text } = await call(server, 'GET', path + query, { headers: { ...bearer, ...headers } });
    expect([query, status, text]).toEqual([query, 204, '']);
  }
  expect(server.readers.now).toBe(0);
  for (const [query, headers, named] of [
    ['?after=-1', {}, 'querystring: after'],
    ['?after=x', {}, 'querystring: after'],
    ['', { 'last-event-id': 'DROP' }, 'headers: last-event-id'],
  ] as const) {
    const { status, json } = await call(server, 'GET', path + query, { headers: { ...bearer, ...headers } });
    expect([status, json.detail]).toEqual([400, expect.stringContaining(named)]);
  }
});

test('/api/events has the events of all of one’s own turns and of nobody else’s', async () => {
  const server = await runServer();
  const [anna, bert] = [await aPerson(server), await aPerson(server, { subject: 'bert' })];
  await ask(server, anna.bearer, 'before');
  const now = await stream(server, '/api/events', anna.bearer);
  const all = await stream(server, '/api/events?after=0', anna.bearer);
  await take(now.blocks, 1, () => true);
  await ask(server, bert.bearer, 'not hers');
  await ask(server, anna.bearer, 'after');
  const message = (data: string | undefined) => JSON.parse(data as string).turn.message;
  const accepted = ({ event }: Block) => event === 'accepted';
  expect((await take(now.blocks, 1, accepted)).map(({ data }) => message(data))).toEqual(['after']);
  expect((await take(all.blocks, 2, accepted)).map(({ data }) => message(data))).toEqual(['before', 'after']);
});

test('a silent stream sends pings', async () => {
  const server = await runServer({ streamLimits: { pingMs: 20 } });
  const { bearer } = await aPerson(server);
  const { blocks } = await stream(server, '/api/events', bearer);
  expect(await take(blocks, 3, ({ comment }) => comment !== undefined)).toEqual(Array(3).fill({ comment: 'ping' }));
});

test('a reader that disconnects is forgotten', async () => {
  const server = await runServer({ streamLimits: { perUser: 1 } });
  const { bearer } = await aPerson(server);
  const { request, blocks } = await stream(server, '/api/events', bearer);
  await take(blocks, 1, () => true);
  expect(server.readers.now).toBe(1);
  request.destroy();
  await until(() => expect(server.readers.now).toBe(0));
  const again = await stream(server, '/api/events', bearer);
  expect(again.response.statusCode).toBe(200);
});

test('a user’s streams are limited, and a question that wants one more is not asked', async () => {
  const server = await runServer({ streamLimits: { perUser: 3 } });
  const [anna, bert] = [await aPerson(server), await aPerson(server, { subject: 'bert' })];
  const opened = [];
  for (let i = 0; i < 3; i++) opened.push(await stream(server, '/api/events', anna.bearer));
  const turnId = await ask(server, anna.bearer);
  for (const path of ['/api/events', `/api/turns/${turnId}/events`]) {
    const { status, json } = await call(server, 'GET', path, { headers: anna.bearer });
    expect([path, status, json.code, json.detail]).toEqual([
      path,
      429,
      'rate_limited',
      expect.stringMatching(/^3 event/),
    ]);
  }
  const streamed = { headers: { ...anna.bearer, accept: 'text/event-stream' }, json: { message: 'hi' } };
  expect((await call(server, 'POST', '/api/turns', streamed)).status).toBe(429);
  expect(await server.store.turns.list({ limit: 5 })).toHaveLength(1);
  expect((await stream(server, '/api/events', bert.bearer)).response.statusCode).toBe(200);
});

test('a reader that stops reading is disconnected, and memory stays flat until then', async () => {
  const server = await runServer({ streamLimits: { stallMs: 1500 } });
  const { user, token, bearer } = await aPerson(server);
  const turnId = await ask(server, bearer);
  await keep(server, user.id, turnId, 64);
  const socket = connect(server.port, '127.0.0.1');
  socket.pause();
  socket.write(
    `GET /api/events?after=0 HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nauthorization: Bearer ${token}\r\n\r\n`,
  );
  await until(() => expect(server.readers.taken).toBeGreaterThan(1));
  const memory = process.memoryUsage();
  let closed = false;
  socket.once('close', () => {
    closed = true;
  });
  await until(() => expect(server.readers.now).toBe(0));
  const taken = server.readers.taken;
  const grown = process.memoryUsage().arrayBuffers - memory.arrayBuffers;
  expect(taken).toBeLessThan(1000);
  expect(grown).toBeLessThan(16 * 1024 * 1024);
  // Reading on, it finds the end of the line, and with a new stream all that it missed.
  socket.resume();
  await until(() => expect(closed).toBe(true));
  const { blocks } = await stream(server, '/api/events?after=0', bearer);
  expect(await take(blocks, 2048, ({ event }) => event === 'chunk')).toHaveLength(2048);
}, 60_000);

test('a slow reader that keeps reading is not disconnected', async () => {
  // Longer than a busy machine keeps this process from reading.
  const server = await runServer({ streamLimits: { stallMs: 2000 } });
  const { user, bearer } = await aPerson(server);
  const turnId = await ask(server, bearer);
  await keep(server, user.id, turnId, 25);
  await server.agent.answer(turnId, ANSWER);
  const request = open(server, { path: `/api/turns/${turnId}/events`, headers: bearer });
  request.end();
  const response = await responseOf(request);
  let bytes = 0;
  response.on('data', (data: Buffer) => {
    bytes += data.length;
    // Some 0.2 s for each MB, so that the whole takes more than twice the limit.
    response.pause();
    setTimeout(() => response.resume(), data.length / 5_000);
  });
  await once(response, 'end');
  expect(bytes).toBeGreaterThan(25 * 2 ** 20);
}, 60_000);

test('a stream ends within seconds when its user is disabled or signed out, or the token expires', async () => {
  const server = await runServer({ streamLimits: { recheckMs: 50 } });
  const [anna, bert] = [await aPerson(server), await aPerson(server, { subject: 'bert' })];
  const browser = await signIn(server, bert.user);
  const one = await stream(server, '/api/events', anna.bearer);
  const other = await stream(server, '/api/events', browser);
  const kept = await stream(server, '/api/events', bert.bearer);
  disable(server, anna.user.id);
  expect(await rest(one.blocks)).toEqual([{ retry: '1000' }, reconnect('signed_out')]);
  await call(server, 'POST', '/api/auth/sign-out', { headers: { ...browser, origin: server.origin } });
  expect((await rest(other.blocks)).at(-1)).toEqual(reconnect('signed_out'));
  const turnId = await ask(server, bert.bearer);
  expect((await take(kept.blocks, 1))[0]?.data).toContain(turnId);
});

test('closing asks readers to reconnect, ends their streams and finishes within seconds', async () => {
  const server = await runServer({ streamLimits: { farewellMs: 500 } });
  const { user, token, bearer } = await aPerson(server);
  await keep(server, user.id, await ask(server, bearer), 20);
  const reading = await stream(server, '/api/events', bearer);
  const deaf = connect(server.port, '127.0.0.1');
  deaf.on('error', () => undefined).pause();
  deaf.write(
    `GET /api/events?after=0 HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nauthorization: Bearer ${token}\r\n\r\n`,
  );
  await until(() => expect(server.readers.now).toBe(2));
  const idle = connect(server.port, '127.0.0.1');
  await once(idle, 'connect');
  const began = performance.now();
  const closed = server.app.close();
  expect(await rest(reading.blocks)).toEqual([{ retry: '1000' }, reconnect('server_stopping')]);
  await closed;
  expect(performance.now() - began).toBeLessThan(5000);
  expect(server.readers.now).toBe(0);
  deaf.destroy();
  idle.destroy();
});

test('when reading events fails, the reader is asked to reconnect', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  const turnId = await ask(server, bearer);
  const follow = server.turns.follow;
  server.turns.follow = async function* (query) {
    for await (const event of follow(query)) {
      yield event;
      throw new PaliadinError('store_unavailable', 'the disk is gone');
    }
  };
  const { blocks } = await stream(server, `/api/turns/${turnId}/events`, bearer);
  const read = await rest(blocks);
  expect(read.map(({ event }) => event)).toEqual([undefined, 'accepted', 'reconnect']);
  expect(read.at(-1)).toEqual(reconnect('failed'));
  expect(server.log()).toContain('event stream broke off');
});
