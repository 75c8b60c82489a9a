/**
 * One event stream. It requests the next event only when the socket accepts more data, so that a reader who does
 * not read costs a bounded buffer. (@fastify/sse was tried: if a reader leaves while it waits for the
 * socket, it waits for ever, and its heartbeat writes whether or not the socket accepts it.)
 */
import { Readable } from 'node:stream';
import type { Reconnect, ReconnectReason } from '../contract/api.ts';

export interface NumberedEvent {
  id: number;
  event: { type: string };
}

export interface EventStream extends Readable {
  /** A comment, to keep proxies from closing the connection. Skipped while the reader has not taken earlier data. */
  ping(): void;
  /** Asks the reader to reconnect, says why, and ends. */
  end(reason: ReconnectReason): void;
}

/** For events that are not replayed: 1, 2, 3 … */
export async function* numbered<T extends NumberedEvent['event']>(
  events: AsyncIterable<T>,
): AsyncGenerator<{ id: number; event: T }> {
  let id = 1;
  for await (const event of events) yield { id: id++, event };
}

/** `failed` is called with the reason if the events break off; the reader is asked to reconnect. */
export function eventStream(events: AsyncIterable<NumberedEvent>, failed: (error: unknown) => void): EventStream {
  const iterator = events[Symbol.asyncIterator]();
  let asked = false;
  let over = false;

  const finish = (last: string | null) => {
    if (over) return;
    over = true;
    if (last !== null) stream.push(last);
    stream.push(null);
  };

  const next = async (): Promise<void> => {
    try {
      const { done, value } = await iterator.next();
      asked = false;
      if (over) return;
      if (done) finish(null);
      else stream.push(format(value));
    } catch (error) {
      if (over) return; // the reader has left, and the iterator was ended
      failed(error);
      finish(reconnect('failed'));
    }
  };

  const stream = new Readable({
    highWaterMark: BUFFER_BYTES,
    read() {
      if (asked || over) return;
      asked = true;
      void next();
    },
    destroy(error, done) {
      over = true;
      // Not awaited: an iterator that waits for its next event returns only after that event.
      iterator.return?.().catch(() => undefined);
      done(error);
    },
  });
  stream.push(`retry: ${RETRY_MS}\n\n`);
  return Object.assign(stream, {
    ping: () => {
      if (!over && stream.readableLength === 0) stream.push(': ping\n\n');
    },
    end: (reason: ReconnectReason) => finish(reconnect(reason)),
  });
}

/** The browser's pause before it reconnects. */
const RETRY_MS = 1000;

// One full socket buffer; one event of any size may come on top.
const BUFFER_BYTES = 64 * 1024;

function reconnect(reason: ReconnectReason): string {
  return `event: reconnect\ndata: ${JSON.stringify({ reason } satisfies Reconnect)}\n\n`;
}

// JSON has no line breaks of its own, so the data is one line.
function format({ id, event }: NumberedEvent): string {
  return `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
