/**
 * One event stream. It asks for the next event only when the socket takes more, so that a reader who does
 * not read costs a bounded buffer. (@fastify/sse was tried: a reader who leaves while it waits for the
 * socket makes it wait for ever, and its heartbeat writes whether or not the socket takes it.)
 */
import { Readable } from 'node:stream';

export interface NumberedEvent {
  id: number;
  event: { type: string };
}

export interface EventStream extends Readable {
  /** A comment, to keep what lies between awake. Left out where the reader has not taken what went before. */
  ping(): void;
  /** Asks the reader to come back, and ends. */
  end(): void;
}

/** For what is not replayed: 1, 2, 3 … */
export async function* numbered<T extends NumberedEvent['event']>(
  events: AsyncIterable<T>,
): AsyncGenerator<{ id: number; event: T }> {
  let id = 1;
  for await (const event of events) yield { id: id++, event };
}

/** `failed` hears why the events broke off; the reader is asked to come back. */
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
      if (over) return; // the reader has left, and the events were told so
      failed(error);
      finish(RECONNECT);
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
      // Not awaited: an iterator that waits for its next event answers only after it.
      iterator.return?.().catch(() => undefined);
      done(error);
    },
  });
  stream.push(`retry: ${RETRY_MS}\n\n`);
  return Object.assign(stream, {
    ping: () => {
      if (!over && stream.readableLength === 0) stream.push(': ping\n\n');
    },
    end: () => finish(RECONNECT),
  });
}

/** The browser's pause before it connects again. */
const RETRY_MS = 1000;

// One fill of a socket; an event of any size may come on top.
const BUFFER_BYTES = 64 * 1024;

const RECONNECT = 'event: reconnect\ndata:\n\n';

// JSON has no line breaks of its own, so the data is one line.
function format({ id, event }: NumberedEvent): string {
  return `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
