/**
 * Requests to the model through a real relay: the agent's credentials are replaced by the owner's, and nothing else.
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { agentSecret } from '../../../src/host/agent-secret.ts';
import { relayFiles } from '../../../src/host/relay/files.ts';
import { until } from '../../support/until.ts';
import { daemonForTest, raw, relayDirectory, relayForTest, serverForTest, type TestRelay } from './test-relay.ts';

const KEY = 'the-owners-true-key';

interface Seen {
  method: string;
  url: string;
  headers: string[];
  body: string;
}

type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

/** A model's API that notes what it was asked. */
async function withModel(answer: Answer = (_request, response) => void response.end('{}'), base = '') {
  const seen: Seen[] = [];
  const port = await serverForTest(async (asked, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of asked) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const { method = '', url = '', rawHeaders: headers } = asked;
    seen.push({ method, url, headers, body: body.toString('latin1') });
    answer(asked, response, body);
  });
  const upstream = { url: `http://127.0.0.1:${port}${base}`, headers: { 'x-api-key': KEY } };
  return { seen, port, upstream };
}

async function relayTo(answer?: Answer, base?: string) {
  const model = await withModel(answer, base);
  return { ...model, ...(await relayForTest({ settings: { upstream: model.upstream } })) };
}

function ask(
  { relay, token }: TestRelay,
  path = '/model/v1/messages',
  headers: Record<string, string> = { 'x-api-key': token('one') },
) {
  const asked = request({ host: '127.0.0.1', port: relay.port, path, method: 'POST', headers, agent: false });
  asked.on('error', () => {}); // whoever waits for the answer hears of it
  return asked;
}

async function answerTo(it: TestRelay, path?: string, headers?: Record<string, string>, body = '{"stream":true}') {
  const asked = ask(it, path, headers);
  asked.end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.rawHeaders, body: await bytesOf(response) };
}

async function bytesOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** `name: value` of a flat list. */
function lines(flat: string[]): string[] {
  return Array.from({ length: flat.length / 2 }, (_, at) => `${flat[2 * at]}: ${flat[2 * at + 1]}`);
}

describe('a request', () => {
  test('reaches the model with the owner’s key, and otherwise unchanged', async () => {
    const it = await relayTo(undefined, '/base/');
    const token = it.token('one');
    const body = '{"model":"x","stream":true}';
    const text = [
      'POST /model/v1/messages?beta=true&x=%2F HTTP/1.1',
      'Host: 127.0.0.1:1',
      `X-Api-Key: ${token}`,
      'Anthropic-Version: 2023-06-01',
      'anthropic-beta: one',
      'anthropic-beta: two',
      'User-Agent: claude-cli/2.1',
      'Accept-Encoding: gzip, deflate, br, zstd',
      'Content-Type: application/json',
      'Connection: close, X-Hop',
      'X-Hop: gone',
      'TE: trailers',
      'X-Paliadin-Session: two',
      `Content-Length: ${body.length}`,
    ];
    expect(await raw(it.relay.port, `${text.join('\r\n')}\r\n\r\n${body}`)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(it.seen).toEqual([
      { method: 'POST', url: '/base/v1/messages?beta=true&x=%2F', headers: expect.any(Array), body },
    ]);
    expect(lines(it.seen[0]?.headers ?? [])).toEqual([
      `Host: 127.0.0.1:${it.port}`,
      'Anthropic-Version: 2023-06-01',
      'anthropic-beta: one',
      'anthropic-beta: two',
      'User-Agent: claude-cli/2.1',
      'Accept-Encoding: gzip, deflate, br, zstd',
      'Content-Type: application/json',
      'X-Paliadin-Session: two',
      `Content-Length: ${body.length}`,
      `x-api-key: ${KEY}`,
      'Connection: keep-alive',
    ]);
  });

  test.each([
    ['x-api-key', (token: string) => ({ 'x-api-key': token })],
    ['authorization', (token: string) => ({ authorization: `Bearer ${token}` })],
    ['both', (token: string) => ({ 'x-api-key': token, authorization: `Bearer ${token}`, cookie: `a=${token}` })],
  ])('shows the session’s secret in %s, and it is not passed on', async (_how, headersOf) => {
    const it = await relayTo();
    const headers = { ...headersOf(it.token('one')), 'x-anything': `with ${it.secret('one')} in it` };
    expect((await answerTo(it, undefined, headers)).status).toBe(200);
    expect(JSON.stringify(it.seen)).not.toContain(it.secret('one'));
    expect(lines(it.seen[0]?.headers ?? []).filter((line) => /key|authorization|cookie/i.test(line))).toEqual([
      `x-api-key: ${KEY}`,
    ]);
  });

  test('without its session’s secret is refused, whatever key it shows', async () => {
    const it = await relayTo();
    const two = it.secret('two');
    it.token('one');
    for (const headers of [
      {},
      { 'x-api-key': KEY },
      { 'x-api-key': `one.${two}` },
      { authorization: `Bearer one.${two}` },
      { 'proxy-authorization': `Bearer two.${two}` },
    ]) {
      expect((await answerTo(it, undefined, headers as Record<string, string>)).status).toBe(401);
    }
    expect(it.seen).toEqual([]);
  });

  test('for another part of the owner’s account is refused, however its path is spelled', async () => {
    const it = await relayTo();
    const closed = ['/v1/files', '/v1/messages/batches', '/v1/organizations/me', '/v1/messages/../files'];
    const disguised = ['/v1/models/../files', '/v1/%6dessages', '//v1/messages', '/v1/messages/', '/v1/messages;x'];
    for (const path of [...closed, ...disguised]) expect((await answerTo(it, `/model${path}`)).status, path).toBe(403);
    for (const path of ['/model@evil.example/v1/messages', '/models/v1/messages']) {
      expect((await answerTo(it, path, { authorization: `Bearer ${it.token('one')}` })).status, path).toBe(404);
    }
    expect(it.seen).toEqual([]);
  });

  test('for a path that an agent needs is passed on', async () => {
    const it = await relayTo();
    const paths = ['/v1/messages', '/v1/messages/count_tokens?beta=true', '/v1/models', '/v1/models/claude-x@1', '/'];
    for (const path of paths) expect((await answerTo(it, `/model${path}`)).status, path).toBe(200);
    expect((await answerTo(it, '/model')).status).toBe(200);
    expect(it.seen.map(({ url }) => url)).toEqual([...paths, '/']);
  });

  test('in chunks arrives complete, and still compressed', async () => {
    const it = await relayTo();
    const body = gzipSync(randomBytes(300_000));
    const headers = { 'x-api-key': it.token('one'), 'content-encoding': 'gzip', 'transfer-encoding': 'chunked' };
    const asked = ask(it, undefined, headers);
    for (let at = 0; at < body.length; at += 10_000) asked.write(body.subarray(at, at + 10_000));
    asked.end();
    await once(asked, 'response');
    expect(it.seen[0]?.body).toBe(body.toString('latin1'));
  });

  test('with a bearer token is passed on with the owner’s bearer token, if the owner has one', async () => {
    const { upstream, seen } = await withModel();
    const settings = { upstream: { ...upstream, headers: { Authorization: 'Bearer true' } } };
    const it = await relayForTest({ settings });
    await answerTo(it);
    expect(lines(seen[0]?.headers ?? []).filter((line) => /key|authorization/i.test(line))).toEqual([
      'Authorization: Bearer true',
    ]);
  });

  test('gets 404 when the daemon has configured no model', async () => {
    const it = await relayForTest();
    expect((await answerTo(it)).status).toBe(404);
  });
});

describe('an answer', () => {
  test('comes back unchanged: status, headers in their order, compressed bytes', async () => {
    const bytes = gzipSync(randomBytes(100_000));
    const it = await relayTo((_request, response) => {
      const headers = ['Content-Type', 'text/event-stream', 'X-Two', 'a', 'X-Two', 'b', 'content-encoding', 'gzip'];
      response.sendDate = false;
      response.writeHead(529, 'Overloaded now', [
        ...headers,
        'Retry-After',
        '3',
        'Connection',
        'close, X-Hop',
        'X-Hop',
        '1',
      ]);
      response.end(bytes);
    });
    const { status, headers, body } = await answerTo(it);
    expect(status).toBe(529);
    expect(body.equals(bytes)).toBe(true);
    expect(lines(headers)).toEqual([
      'Content-Type: text/event-stream',
      'X-Two: a',
      'X-Two: b',
      'content-encoding: gzip',
      'Retry-After: 3',
      'Connection: close',
      'Transfer-Encoding: chunked',
    ]);
  });

  test('of 1 MB in small pieces arrives byte for byte', async () => {
    const bytes = randomBytes(1024 * 1024);
    const it = await relayTo(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let at = 0; at < bytes.length; at += 1_000) {
        if (!response.write(bytes.subarray(at, at + 1_000))) await once(response, 'drain');
      }
      response.end();
    });
    const { body } = await answerTo(it);
    expect(hash(body)).toBe(hash(bytes));
  });

  test('streams: headers first, then each piece before the next exists', async () => {
    let next = () => {};
    const it = await relayTo(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      for (const piece of ['one', 'two']) {
        await new Promise<void>((resolve) => {
          next = resolve;
        });
        response.write(piece);
      }
    });
    const asked = ask(it);
    asked.end('{}');
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    for (const piece of ['one', 'two']) {
      next();
      expect(String((await once(response, 'data'))[0])).toBe(piece);
    }
    asked.destroy();
  });

  test('that breaks off at the model breaks off at the agent', async () => {
    const it = await relayTo((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('the beginning');
      setTimeout(() => response.destroy(), 50);
    });
    const asked = ask(it);
    asked.end('{}');
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    await expect(bytesOf(response)).rejects.toThrow('aborted');
  });

  test('that never begins since the model closes the connection is a closed connection at the agent', async () => {
    let asked = 0;
    const it = await relayTo((request) => {
      asked += 1;
      request.socket.destroy();
    });
    await expect(answerTo(it)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(asked).toBe(1); // asked twice, it might be paid for twice
  });

  test('that the agent stops waiting for ends the request to the model', async () => {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const it = await relayTo((request, response) => {
      response.writeHead(200);
      response.write('the beginning');
      request.socket.once('close', resolve);
    });
    const asked = ask(it);
    asked.end('{}');
    await once(asked, 'response');
    asked.destroy();
    await ended;
  });

  test('that the agent stops waiting for before its start ends the request to the model', async () => {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const it = await relayTo((request) => void request.socket.once('close', resolve));
    const asked = ask(it);
    asked.end('{}');
    await until('the model to be asked', () => it.seen.length === 1);
    asked.destroy();
    await ended;
  });

  test('from a model that can’t be reached is 502, with a message for the agent', async () => {
    const it = await relayForTest({ settings: { upstream: { url: 'http://127.0.0.1:1', headers: {} } } });
    const { status, body } = await answerTo(it);
    expect([status, JSON.parse(String(body)).error.message]).toEqual([
      502,
      'the model’s API at 127.0.0.1:1 can’t be reached',
    ]);
  });
});

test('a slow reader slows the model down, and the relay’s memory stays flat', async () => {
  const piece = Buffer.alloc(64 * 1024, 'x');
  let sent = 0;
  function* pieces() {
    for (; sent < TOTAL; sent += piece.length) yield piece;
  }
  const it = await relayTo((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    Readable.from(pieces()).pipe(response);
  });
  await answerTo(it, '/model/v1/messages', {}).catch(() => {}); // everything is loaded that will be
  const before = memoryOf(it.pid());
  const socket = connect(it.relay.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write(
    `POST /model/v1/messages HTTP/1.1\r\nHost: x\r\nX-Api-Key: ${it.token('one')}\r\nContent-Length: 2\r\n\r\n{}`,
  );
  socket.pause();
  // As long as buffers on the way are being filled, more is sent.
  let seen = -1;
  await until('the model to be held back', async () => {
    const same = sent > 0 && sent === seen;
    seen = sent;
    await delay(300);
    return same && sent === seen;
  });
  expect(sent).toBeLessThan(32 * 1024 * 1024);
  expect(memoryOf(it.pid()) - before).toBeLessThan(16);
  // And what is read fast, keeps none of it either.
  let read = 0;
  socket.on('data', (chunk) => {
    read += chunk.length;
  });
  socket.resume();
  await until('all of it', () => read > TOTAL, 60_000);
  expect(memoryOf(it.pid()) - before).toBeLessThan(64);
}, 90_000);

describe('during an answer', () => {
  async function answering() {
    const directory = await relayDirectory();
    const { promise, resolve: finish } = Promise.withResolvers<void>();
    const { upstream } = await withModel(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('first half, ');
      await promise;
      response.end('second half');
    });
    const daemon = await daemonForTest(directory, { settings: { upstream } });
    const it = detailsOf(directory);
    const asked = request({
      host: '127.0.0.1',
      port: daemon.port,
      path: '/model/v1/messages',
      method: 'POST',
      agent: false as const,
      headers: { 'x-api-key': it.token },
    });
    asked.on('error', () => {});
    asked.end('{}');
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return { daemon, response, finish, pid: it.pid };
  }

  test.each(['SIGKILL', 'SIGTERM'] as const)('the daemon may end (%s) without loss of the answer', async (signal) => {
    const { daemon, response, finish } = await answering();
    await daemon.end(signal);
    finish();
    expect(String(await bytesOf(response))).toBe('first half, second half');
  });

  test('killing the relay breaks the answer off, and the next request works on the same port', async () => {
    const { daemon, response, pid } = await answering();
    process.kill(pid(), 'SIGKILL');
    await expect(bytesOf(response)).rejects.toThrow('aborted');
    const status = () =>
      fetch(`http://127.0.0.1:${daemon.port}/model/v1/messages`, { method: 'POST' }).then(
        (answer) => answer.status,
        () => null,
      );
    await until('the relay', async () => (await status()) === 401);
  });
});

function detailsOf(directory: string) {
  const files = relayFiles(directory);
  return { token: `one.${agentSecret(files.sessions, 'one')}`, pid: () => Number(readFileSync(files.pid, 'utf8')) };
}

const TOTAL = 256 * 1024 * 1024;

/** Megabytes that are this process's alone. */
function memoryOf(pid: number): number {
  const [, kilobytes = '0'] = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
