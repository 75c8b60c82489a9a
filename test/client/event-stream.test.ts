/** Event streams from a real server on loopback that fails on demand, with Node's fetch. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { type EventStream, openEventStream, type StreamedMessage } from '../../src/client/event-stream.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const close of closers.splice(0)) close();
});

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const STREAM = { 'content-type': 'text/event-stream; charset=utf-8' };

/** Gives the answers in turn, the last one for ever. */
async function server(...answers: Answer[]) {
  const requests: IncomingMessage[] = [];
  const listening = createServer((request, response) => {
    requests.push(request);
    response.on('error', () => undefined);
    (answers[Math.min(requests.length, answers.length) - 1] as Answer)(response, request);
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    listening.closeAllConnections();
    listening.close();
  });
  return { requests, base: `http://127.0.0.1:${(listening.address() as AddressInfo).port}` };
}

/** What a reader hears, in order. */
function follow(base: string, onMessage: (message: StreamedMessage, stream: EventStream) => void = () => undefined) {
  const heard: unknown[] = [];
  const stream = openEventStream((path, init) => fetch(base + path, init), '/events', {
    onOpen: () => heard.push('open'),
    onSilent: () => heard.push('silent'),
    onError: (refused) => heard.push(refused ? 'refused' : 'broken'),
    onMessage: (message) => {
      heard.push([message.type, message.id, message.data]);
      onMessage(message, stream);
    },
  });
  closers.push(stream.close);
  return { heard, stream };
}

test('events arrive as they are sent, however the network splits them', async () => {
  const text =
    ': ping\n\nretry: 5\n\nid: 1\nevent: chunk\ndata: {"text":"ü€😀"}\n\nid: 2\nevent: a\ndata: one\ndata: two\n\n' +
    'event: reconnect\ndata:\n\nid: 3\n\ndata: bare\n\n';
  const bytes = Buffer.from(text);
  const { base } = await server((response) => {
    response.writeHead(200, STREAM);
    // A byte at a time: every place where it can be cut, in the middle of a letter too.
    const next = (at: number) => {
      if (at < bytes.length) response.write(bytes.subarray(at, at + 1), () => setImmediate(next, at + 1));
    };
    next(0);
  });
  const { heard, stream } = follow(base);
  await expect.poll(() => heard.length).toBe(5);
  expect(heard).toEqual([
    'open',
    ['chunk', '1', '{"text":"ü€😀"}'],
    ['a', '2', 'one\ntwo'],
    ['reconnect', '2', ''],
    ['message', '3', 'bare'],
  ]);
  expect(stream.isOpen()).toBe(true);
});

test('a broken stream reconnects by itself, with the last event’s id', async () => {
  const { base, requests } = await server(
    (response) => void response.writeHead(200, STREAM).end('retry: 10\n\nid: 41\nevent: a\ndata: 1\n\n'),
    (response) => void response.destroy(),
    (response) => void response.writeHead(200, STREAM).write('id: 42\nevent: a\ndata: 2\n\n'),
  );
  const { heard } = follow(base);
  await expect.poll(() => heard.length).toBe(6);
  expect(heard).toEqual(['open', ['a', '41', '1'], 'broken', 'broken', 'open', ['a', '42', '2']]);
  expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '41', '41']);
  expect(requests[0]?.headers.accept).toBe('text/event-stream');
});

test('a response that is no stream is not requested again', async () => {
  for (const answer of [
    (response: ServerResponse) => void response.writeHead(401, STREAM).end(),
    (response: ServerResponse) => void response.writeHead(204).end(),
    (response: ServerResponse) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>a proxy'),
  ]) {
    const { base, requests } = await server(answer);
    const { heard, stream } = follow(base);
    await expect.poll(() => heard).toEqual(['refused']);
    expect([stream.isOpen(), requests.length]).toEqual([false, 1]);
  }
});

test('a closed stream calls nothing, even in the middle of what has arrived', async () => {
  let gone = false;
  const { base } = await server((response) => {
    response.on('close', () => {
      gone = true;
    });
    response.writeHead(200, STREAM).write('event: a\ndata: 1\n\nevent: a\ndata: 2\n\n');
  });
  const { heard, stream } = follow(base, (_, own) => own.close());
  await expect.poll(() => gone).toBe(true);
  expect(heard).toEqual(['open', ['a', '', '1']]);
  expect(stream.isOpen()).toBe(false);
});

test('one unreadable message does not lose the others', async () => {
  const { base } = await server(
    (response) => void response.writeHead(200, STREAM).write('event: a\ndata: {\n\nevent: a\ndata: 2\n\n'),
  );
  const thrown: unknown[] = [];
  const catchOne = (error: unknown) => thrown.push(error);
  process.prependOnceListener('uncaughtException', catchOne);
  const others = process.listeners('uncaughtException').filter((listener) => listener !== catchOne);
  for (const listener of others) process.off('uncaughtException', listener);
  closers.push(() => {
    for (const listener of others) process.on('uncaughtException', listener);
  });
  const { heard, stream } = follow(base, ({ data }) => JSON.parse(data));
  await expect.poll(() => heard.length).toBe(3);
  await expect.poll(() => thrown.length).toBe(1);
  expect(stream.isOpen()).toBe(true);
});

test('a stream that is silent for longer than the ping interval counts as broken', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { base, requests } = await server((response) => {
    response.writeHead(200, STREAM).write('retry: 10\n\n');
    if (requests.length === 1) ping = () => response.write(': ping\n\n');
  });
  let ping = (): unknown => undefined;
  const { heard, stream } = follow(base);
  const real = () => new Promise((resolve) => setImmediate(resolve));
  while (heard.length === 0) await real();
  // A sign of life in time is enough.
  vi.advanceTimersByTime(24_000);
  ping();
  for (let i = 0; i < 50; i++) await real();
  vi.advanceTimersByTime(24_000);
  await real();
  expect([heard, stream.isOpen()]).toEqual([['open'], true]);
  vi.advanceTimersByTime(1000);
  while (heard.length === 1) await real();
  expect([heard, stream.isOpen()]).toEqual([['open', 'broken'], false]);
  vi.advanceTimersByTime(10);
  while (heard.length === 2) await real();
  expect([heard, requests.length]).toEqual([['open', 'broken', 'open'], 2]);
});

test('a stream with only its headers is silent, and open once data arrives', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let speak = (): unknown => undefined;
  const { base } = await server((response) => {
    response.writeHead(200, STREAM).flushHeaders();
    speak = () => response.write('event: a\ndata: 1\n\n');
  });
  const { heard, stream } = follow(base);
  vi.advanceTimersByTime(6000);
  expect([heard, stream.isOpen()]).toEqual([['silent'], false]);
  const real = () => new Promise((resolve) => setImmediate(resolve));
  for (let i = 0; i < 50; i++) await real();
  speak();
  while (heard.length < 3) await real();
  expect([heard, stream.isOpen()]).toEqual([['silent', 'open', ['a', '', '1']], true]);
});
