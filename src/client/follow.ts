/** The events of a stream, one after the other and each once, over as many connections as that takes. */
import type { StreamedEvent } from '../contract/api.ts';
import { backoff } from '../contract/backoff.ts';
import { deadline } from './deadline.ts';
import { asUnreachable, type Fetch, Refusal, refusalOf, Unreachable } from './request.ts';
import { createParser, isStream, SILENCE_MS, type StreamedMessage, textOf } from './sse.ts';

export interface FollowedEvent {
  /** What to follow on from: `after`. */
  id: number;
  event: StreamedEvent;
}

export interface FollowOptions {
  /** Events up to this one are known. */
  after?: number | undefined;
  /** Ends it, without an error. */
  signal?: AbortSignal | undefined;
  /** Told when the connection is there, and when it is gone and made again. */
  onConnection?: ((state: 'open' | 'lost') => void) | undefined;
}

/**
 * Reads at the pace of whoever takes the events. Ends after the event that `isLast` names, or where there is nothing more.
 * @throws Refusal where the gateway says no, Unreachable where somebody else answers, or the application has no token
 */
export async function* followStream(
  fetch: Fetch,
  path: string,
  { after, signal, onConnection, isLast }: FollowOptions & { isLast(event: StreamedEvent): boolean },
): AsyncGenerator<FollowedEvent> {
  let last = after === undefined ? '' : String(after);
  let failures = 0;
  while (!signal?.aborted) {
    try {
      for await (const { type, id, data } of messagesOf(fetch, path, { last, signal })) {
        // Says why the stream ends; a new token is asked for where the old one is refused.
        if (type === 'reconnect') break;
        if (type === 'open') {
          failures = 0;
          onConnection?.('open');
          continue;
        }
        const event = JSON.parse(data) as StreamedEvent;
        last = id;
        yield { id: Number(id), event };
        if (isLast(event)) return;
      }
    } catch (error) {
      if (error === NOTHING_MORE) return;
      if (!signal?.aborted && !mayPass(error)) throw error;
    }
    if (signal?.aborted) return;
    onConnection?.('lost');
    await pause(backoff(++failures, { ...PAUSES, random: Math.random }), signal);
  }
}

/** Of one connection; `open` first, once it brings something. */
async function* messagesOf(
  fetch: Fetch,
  path: string,
  { last, signal }: { last: string; signal: AbortSignal | undefined },
): AsyncGenerator<StreamedMessage> {
  const own = new AbortController();
  const silence = deadline(SILENCE_MS, () => own.abort(new Unreachable('timeout')));
  const onAbort = () => own.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  try {
    const response = await fetch(path, {
      headers: { accept: 'text/event-stream', ...(last !== '' && { 'last-event-id': last }) },
      cache: 'no-store',
      signal: own.signal,
    });
    if (response.status === 204) throw NOTHING_MORE;
    if (!isStream(response)) throw await refusalOf(response);
    const parse = createParser();
    let opened = false;
    for await (const text of textOf(response)) {
      silence.restart();
      if (!opened) yield { type: 'open', id: '', data: '' };
      opened = true;
      for (const { type, id, data } of parse(text)) if (data !== null) yield { type, id: id ?? '', data };
      // Whoever takes the events may have taken their time.
      silence.restart();
    }
  } catch (error) {
    if (error === NOTHING_MORE || error instanceof Refusal) throw error;
    throw asUnreachable('network', error);
  } finally {
    silence.stop();
    signal?.removeEventListener('abort', onAbort);
    own.abort();
  }
}

/** A server that stops, or is overloaded, or a line that broke. */
function mayPass(error: unknown): boolean {
  if (error instanceof Refusal) return error.body.retryable;
  return error instanceof Unreachable && (error.why === 'network' || error.why === 'timeout');
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}

/** The reader knows the stream's end already. */
const NOTHING_MORE = Symbol('nothing more');

const PAUSES = { firstMs: 500, maxMs: 30_000 };
