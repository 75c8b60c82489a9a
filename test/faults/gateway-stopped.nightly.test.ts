/**
 * The gateway is told to stop, as for an update, in the middle of its work. It asks its readers to reconnect,
 * exits in time even when a client or a host hangs, and after its next start every turn goes on.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.ts';
import type { TestGateway } from '../support/gateway.ts';
import { useGateway } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

const running = useGateway({ env: { PALIADIN_QUEUE_LIMIT: '100' } });

test('F30: a gateway stopped during turns asks its readers to reconnect, and continues all turns later', async () => {
  const gateway = running();
  const [owner, anna] = [await somebody(gateway), await somebody(gateway, 'anna')];
  const first = await owner.ask('demo hold first');
  const second = await owner.ask('demo echo second');
  const third = await owner.ask('demo echo third');
  const hers = await anna.ask('demo hold hers');
  await owner.until(first.turnId, 'chunk');
  await anna.until(hers.turnId, 'chunk');
  const streams = [
    await open(owner, 'GET', `/api/turns/${first.turnId}/events`),
    await open(owner, 'GET', `/api/turns/${third.turnId}/events`),
    await open(owner, 'GET', '/api/events'),
    await open(anna, 'GET', '/api/events?after=0'),
    await open(anna, 'POST', '/api/turns', { message: 'demo at once' }),
  ];

  await stops(gateway);
  const told = await Promise.all(streams.map(({ text }) => text));
  for (const text of told) expect(text.slice(-LAST_WORDS.length)).toBe(LAST_WORDS);
  await anna.release('hers');

  await gateway.start();
  expect(await owner.turn(first.turnId)).toMatchObject({ status: 'running', response: 'This is the first half.' });
  expect(await owner.turn(third.turnId)).toMatchObject({ status: 'queued', queuePosition: 2 });
  await owner.release('first');
  const whole = 'This is the first half. This is the second half.';
  expect(await owner.finished(first.turnId)).toMatchObject({ status: 'completed', response: whole, error: null });
  expect((await owner.finished(second.turnId)).response).toContain('second');
  expect((await owner.finished(third.turnId)).response).toContain('third');
  expect(await anna.finished(hers.turnId)).toMatchObject({ status: 'completed', response: whole, error: null });
  const streamed = (await anna.history()).turns[0]?.turnId ?? '';
  expect(await anna.finished(streamed)).toMatchObject({ status: 'completed', response: 'At once.' });
  expect(await prompted(gateway, owner.session)).toEqual([first, second, third].map(({ turnId }) => turnId));
  expect(await prompted(gateway, anna.session)).toEqual([hers.turnId, streamed]);

  // A reader who comes back has each event once, and misses none.
  const seen = [...(told[0] ?? '').matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  const missed = await eventIds(owner, first.turnId, seen.at(-1));
  expect([...seen, ...missed]).toEqual(await eventIds(owner, first.turnId));
  await owner.goesOn();
  await anna.goesOn();
});

test('F30: a gateway stopped at each step of a turn has the question answered once', async () => {
  const gateway = running();
  const carl = await somebody(gateway, 'carl');
  for (const step of [null, 'delivering', 'running'] as const) {
    const { turnId } = await carl.ask('demo at once');
    if (step !== null) await carl.until(turnId, step);
    await stops(gateway);
    await gateway.start();
    expect(await carl.finished(turnId)).toMatchObject({ status: 'completed', response: 'At once.', error: null });
    expect(await carl.timesReceived(turnId)).toBe(1);
  }
  await carl.goesOn();
});

test('F30: questions sent while the gateway stops are accepted or refused, and retried are one turn each', async () => {
  const gateway = running();
  const dora = await somebody(gateway, 'dora');
  await dora.goesOn();
  const numbers = Array.from({ length: 30 }, (_, number) => number);
  const submit = (number: number) => dora.ask(`demo echo question ${number}`, { key: `key-${number}` });
  const submits = numbers.map((number) =>
    submit(number).then(
      ({ turnId }) => turnId,
      (error: Error) => error,
    ),
  );
  await Promise.race(submits);
  await stops(gateway);
  const told = await Promise.all(submits);
  for (const error of told.filter((reply) => reply instanceof Error)) {
    expect(error.message).toMatch(/fetch failed|: 503 .*"retryable":true/);
  }

  await gateway.start();
  for (const number of numbers) {
    const { turnId } = await submit(number);
    if (typeof told[number] === 'string') expect(turnId).toBe(told[number]);
    const turn = await dora.finished(turnId);
    expect(turn).toMatchObject({ status: 'completed', response: expect.stringContaining(`question ${number}\n`) });
    expect(await dora.timesReceived(turnId)).toBe(1);
  }
  expect(await gateway.prompts(dora.session)).toHaveLength(1 + numbers.length);
});

test('F30: neither a stalled reader, nor a silent connection, nor a hanging host delays the stop', async () => {
  const gateway = running();
  const emil = await somebody(gateway, 'emil');
  for (let answers = 0; answers < 3; answers++) await emil.answer('demo long 2mb');
  const { turnId } = await emil.ask('demo hold first');
  const waiting = await emil.ask('demo at once');
  await emil.until(turnId, 'chunk');
  const port = Number(new URL(gateway.url).port);
  const silent = connect(port, '127.0.0.1');
  const unread = connect(port, '127.0.0.1').pause();
  unread.write(
    `GET /api/events?after=0 HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${emil.token}\r\n\r\n`,
  );
  for (const socket of [silent, unread]) socket.on('error', () => {}); // cut off, as it should be
  await once(unread, 'readable');
  const daemon = await gateway.daemonPid();
  process.kill(daemon, 'SIGSTOP');

  await stops(gateway);
  silent.destroy();
  unread.destroy();
  process.kill(daemon, 'SIGCONT');

  await gateway.start();
  await emil.release('first');
  expect(await emil.finished(turnId)).toMatchObject({ status: 'completed', error: null });
  expect(await emil.finished(waiting.turnId)).toMatchObject({ status: 'completed', response: 'At once.' });
  expect((await prompted(gateway, emil.session)).slice(-2)).toEqual([turnId, waiting.turnId]);
  await emil.goesOn();
});

test('F30: a gateway stopped while a daemon hangs exits cleanly, and answers after a restart', async () => {
  const gateway = running();
  const fred = await somebody(gateway, 'fred');
  const { turnId } = await fred.ask('demo hold first');
  await fred.until(turnId, 'chunk');
  const daemon = await gateway.daemonPid();
  await stops(gateway);
  process.kill(daemon, 'SIGSTOP');
  try {
    await gateway.start();
    await stops(gateway);
    expect(gateway.log).not.toContain('could not be closed');
  } finally {
    process.kill(daemon, 'SIGCONT');
  }
  await gateway.start();
  await fred.release('first');
  expect(await fred.finished(turnId)).toMatchObject({ status: 'completed', error: null });
});

/** As a service manager does it, which kills after ten seconds. */
async function stops(gateway: TestGateway): Promise<void> {
  const since = performance.now();
  expect(await gateway.end('SIGTERM')).toBe(0);
  expect(performance.now() - since).toBeLessThan(10_000);
}

/** All that a stream says to its end, once its head is there. */
async function open(
  client: ApiClient,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ text: Promise<string> }> {
  const response = await client.call(method, path, { body, headers: { accept: 'text/event-stream' } });
  expect(response.status).toBe(200);
  return { text: response.text() };
}

async function eventIds(client: ApiClient, turnId: string, after = 0): Promise<number[]> {
  const ids: number[] = [];
  for await (const { id } of client.events(turnId, { after })) ids.push(id);
  return ids;
}

async function prompted(gateway: TestGateway, session: string) {
  return (await gateway.prompts(session)).map((prompt) => prompt.turnId);
}

const LAST_WORDS = '\n\nevent: reconnect\ndata: {"reason":"server_stopping"}\n\n';
