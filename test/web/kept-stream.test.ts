import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EventStream, StreamHandlers } from '../../src/client/event-stream.ts';
import { Unreachable } from '../../src/client/request.ts';
import { type Connection, type KeptStreamOptions, keepStream } from '../../src/web/kept-stream.ts';

const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
const browser = new EventTarget();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', page);
  vi.stubGlobal('window', Object.assign(browser, { setTimeout, clearTimeout }));
  page.visibilityState = 'visible';
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A stream that the test plays, and what is told of it. */
function keep(options: Partial<KeptStreamOptions<number>> = {}) {
  const opened: { loaded: number; handlers: StreamHandlers; closed: boolean }[] = [];
  const states: Connection[] = [];
  let loads = 0;
  const stop = keepStream<number>({
    load: async () => ++loads,
    open(loaded, handlers): EventStream {
      const one = { loaded, handlers, closed: false };
      opened.push(one);
      return {
        isOpen: () => !one.closed,
        close() {
          one.closed = true;
        },
      };
    },
    onMessage: () => undefined,
    onState: (state) => states.push(state),
    now: () => Date.now(),
    random: () => 0.999,
    ...options,
  });
  return { opened, states, stop, last: () => opened.at(-1)?.handlers as StreamHandlers };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

function show(visibilityState: 'visible' | 'hidden') {
  page.visibilityState = visibilityState;
  page.dispatchEvent(new Event('visibilitychange'));
}

test('a refused stream is reopened after growing pauses, each time after loading', async () => {
  const { opened, last, states } = keep();
  await pass(0);
  for (const ms of [1000, 2000, 4000]) {
    last().onError(true);
    const before = opened.length;
    await pass(ms - 10);
    expect(opened).toHaveLength(before);
    await pass(20);
    expect(opened).toHaveLength(before + 1);
  }
  expect(opened.map(({ loaded }) => loaded)).toEqual([1, 2, 3, 4]);
  expect(opened.map(({ closed }) => closed)).toEqual([true, true, true, false]);
  expect(states).toEqual(['lost']);
  last().onOpen();
  expect(states).toEqual(['lost', 'live']);
});

test('loading that fails is retried, unless the error is final', async () => {
  let isFinal = false;
  const load = vi.fn(() => Promise.reject(new Unreachable('network')));
  const { opened } = keep({ load, isFinal: () => isFinal });
  await pass(1010);
  expect(load).toHaveBeenCalledTimes(2);
  isFinal = true;
  await pass(2010);
  expect(load).toHaveBeenCalledTimes(3);
  await pass(60_000);
  expect(load).toHaveBeenCalledTimes(3);
  expect(opened).toHaveLength(0);
});

test('while the stream is silent the page polls, until the stream sends', async () => {
  const takeOver = vi.fn();
  const { last, states } = keep({ poll: async () => takeOver, pollMs: 500 });
  await pass(0);
  last().onSilent();
  await pass(1010);
  expect(takeOver).toHaveBeenCalledTimes(3);
  expect(states).toEqual(['polled', 'polled', 'polled']);
  last().onOpen();
  await pass(5000);
  expect(takeOver).toHaveBeenCalledTimes(3);
  expect(states.at(-1)).toBe('live');
});

test('a poll’s result that arrives after the stream has sent is ignored', async () => {
  const takeOver = vi.fn();
  const answer = Promise.withResolvers<() => void>();
  const { last } = keep({ poll: () => answer.promise });
  await pass(0);
  last().onSilent();
  last().onOpen();
  answer.resolve(takeOver);
  await pass(0);
  expect(takeOver).not.toHaveBeenCalled();
});

test('a silent stream without polling is lost', async () => {
  const { last, states } = keep();
  await pass(0);
  last().onSilent();
  await pass(2000);
  expect(states).toEqual(['lost']);
});

test('a hidden page closes its stream, unless it waits for something, and reopens it when shown', async () => {
  let isAwaited = true;
  const { opened } = keep({ isAwaited: () => isAwaited });
  await pass(0);
  show('hidden');
  await pass(61_000);
  expect(opened[0]?.closed).toBe(false);
  isAwaited = false;
  await pass(60_000);
  expect(opened[0]?.closed).toBe(true);
  show('visible');
  await pass(0);
  expect(opened).toHaveLength(2);
});

test('with no grace period a hidden page opens no stream', async () => {
  const onRest = vi.fn();
  page.visibilityState = 'hidden';
  const { opened } = keep({ hiddenMs: 0, onRest });
  await pass(0);
  expect(opened).toHaveLength(0);
  expect(onRest).toHaveBeenCalledTimes(1);
  show('visible');
  await pass(0);
  expect(opened).toHaveLength(1);
});

test('a stream that says reconnect is reopened within a second', async () => {
  const { opened, last, states } = keep();
  await pass(0);
  last().onMessage({ type: 'reconnect', id: '', data: '' });
  expect(opened[0]?.closed).toBe(true);
  await pass(1000);
  expect(opened).toHaveLength(2);
  expect(states).toEqual([]);
});

test('a closed stream is never reopened', async () => {
  const { opened, stop } = keep();
  await pass(0);
  stop();
  show('hidden');
  show('visible');
  browser.dispatchEvent(new Event('online'));
  await pass(120_000);
  expect(opened).toHaveLength(1);
  expect(opened[0]?.closed).toBe(true);
});

test('a stream closed while loading opens nothing', async () => {
  const loaded = Promise.withResolvers<number>();
  const { opened, stop } = keep({ load: () => loaded.promise });
  stop();
  loaded.resolve(1);
  await pass(0);
  expect(opened).toHaveLength(0);
});
