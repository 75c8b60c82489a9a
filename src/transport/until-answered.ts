/**
 * A connection that is made again where it closes before its first answer: the system still connects to the socket of a
 * process that was killed a moment ago, and nobody answers there.
 */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type Backoff, backoff } from '../contract/backoff.ts';

/**
 * `connect` makes each connection, `first` is the first. What was written before the answer is written again, so the
 * first request must do no harm when it arrives twice.
 */
export function untilAnswered(first: Socket, connect: () => Promise<Socket>): Duplex {
  /** What was written, until the first answer. */
  let written: Buffer[] | null = [];
  let ended = false;
  let failures = 0;
  let socket = first;
  const duplex = new Duplex({
    // Called when the reader has room again.
    read: () => void socket.resume(),
    write(chunk: Buffer, _encoding, done) {
      written?.push(chunk);
      if (written === null) socket.write(chunk, done);
      else socket.write(chunk, () => done()); // where this fails, it is written again
    },
    final(done) {
      ended = true;
      socket.end(done);
    },
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });

  function use(next: Socket): void {
    socket = next;
    socket.on('data', (bytes) => {
      written = null;
      if (!duplex.push(bytes)) socket.pause();
    });
    socket.once('end', () => {
      if (written === null) duplex.push(null);
    });
    socket.once('close', () => {
      if (written === null || duplex.destroyed || failures === ATTEMPTS) duplex.destroy();
      else again(written).catch((error) => duplex.destroy(error));
    });
  }

  async function again(unanswered: Buffer[]): Promise<void> {
    await delay(backoff(++failures, PAUSES));
    if (duplex.destroyed) return;
    const next = await connect();
    if (duplex.destroyed) return void next.destroy();
    use(next);
    for (const bytes of unanswered) next.write(bytes);
    if (ended) next.end();
  }

  duplex.on('error', () => {}); // a connection that can't be made again is closed
  use(first);
  return duplex;
}

// A process that was killed is gone within the first pauses; one that hangs up on everybody is given up after 2 s.
const ATTEMPTS = 5;
const PAUSES: Backoff = { firstMs: 50, maxMs: 1_000 };
