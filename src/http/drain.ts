/**
 * Reads the rest of a request's body before answering, and discards it. A client that is still sending when the
 * connection closes gets a broken connection instead of the refusal.
 */
import type { IncomingMessage } from 'node:http';
import type { App } from './options.ts';

export function takeWholeRequests(app: App): void {
  app.addHook('onSend', async ({ raw }) => {
    if (hasBody(raw) && !raw.complete && !raw.destroyed) await drain(raw);
  });
}

// Far more than one of our pages would send by mistake. A client that sends more, or slower, may get a broken
// connection.
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_MS = 5000;

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

async function drain(raw: IncomingMessage): Promise<void> {
  await new Promise<void>((resolve) => {
    let bytes = 0;
    const count = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) done();
    };
    const done = () => {
      clearTimeout(timer);
      raw.off('data', count).off('end', done).off('close', done);
      resolve();
    };
    const timer = setTimeout(done, MAX_MS);
    raw.on('data', count).once('end', done).once('close', done).resume();
  });
}
