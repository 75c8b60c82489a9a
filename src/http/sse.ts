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
  /** Says why, in the format's own words, and ends. */
  end(reason: ReconnectReason): void;
  /** Everything that is to be sent has been handed to the connection. */
  isOver(): boolean;
}

/** How a stream is written: ours, or that of another protocol. */
export interface StreamFormat<T> {
  /** Sent at once, so that whoever buffers between gateway and reader is found out. */
  opening: string;
  write(value: T): string;
  /** The last words of a stream that ends before its events do. */
  ending(reason: ReconnectReason): string;
}

/** The browser's pause before it reconnects. */
const RETRY_MS = 1000;

/** Events that a reader can resume after, by their id. */
export const resumable: StreamFormat<NumberedEvent> = {
  opening: `retry: ${RETRY_MS}\n\n`,
  // JSON has no line breaks of its own, so the data is one line.
  write: ({ id, event }) => `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
  ending: (reason) => `event: reconnect\ndata: ${JSON.stringify({ reason } satisfies Reconnect)}\n\n`,
};

/** For events that are not replayed: 1, 2, 3 … */
export async function* numbered<T extends NumberedEvent['event']>(
  events: AsyncIterable<T>,
): AsyncGenerator<{ id: number; event: T }> {
  let id = 1;
  for await (const event of events) yield { id: id++, event };
}

/** `failed` is called with the reason if the events break off; the reader is told `failed`. */
export function eventStream<T>(
  events: AsyncIterable<T>,
  failed: (error: unknown) => void,
  format: StreamFormat<T>,
): EventStream {
  const iterator = events[Symbol.asyncIterator]();
  let asked = false;
  let over = false;
  let ended = false; // by us, and not by a reader who left

  const finish = (last: string | null) => {
    if (over) return;
    over = true;
    ended = true;
    if (last !== null) stream.push(last);
    stream.push(null);
  };

  const next = async (): Promise<void> => {
    try {
      const { done, value } = await iterator.next();
      asked = false;
      if (over) return;
      if (done) finish(null);
      else stream.push(format.write(value));
    } catch (error) {
      if (over) return; // the reader has left, and the iterator was ended
      failed(error);
      finish(format.ending('failed'));
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
  stream.push(format.opening);
  return Object.assign(stream, {
    ping: () => {
      if (!over && stream.readableLength === 0) stream.push(': ping\n\n');
    },
    end: (reason: ReconnectReason) => finish(format.ending(reason)),
    isOver: () => ended,
  });
}

// One full socket buffer; one event of any size may come on top.
const BUFFER_BYTES = 64 * 1024;
