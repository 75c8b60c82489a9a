/**
 * Login shells may print a greeting before the forced command runs: lines before the first reply that are not JSON-RPC
 * are dropped.
 */
import { Transform } from 'node:stream';

export interface BannerSkipper extends Transform {
  /** The output so far that is no reply, at most a few lines of it; empty once a reply has come. */
  printed(): string;
}

export function skipBanner(): BannerSkipper {
  let waiting: Buffer | null = Buffer.alloc(0);
  const printed = () => waiting?.toString('utf8', 0, PRINTED_BYTES) ?? '';
  const skipper = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (waiting === null) return done(null, chunk);
      waiting = Buffer.concat([waiting, chunk]);
      const start = firstReply(waiting);
      if (start !== null) {
        const rest = waiting.subarray(start);
        waiting = null;
        return done(null, rest);
      }
      done(waiting.length > MAX_BANNER_BYTES ? new EndlessBanner() : null);
    },
  });
  return Object.assign(skipper, { printed });
}

export class EndlessBanner extends Error {
  override message = 'the host prints without end, and no reply of the shim';
}

/** The offset of the first reply; null while there is none. Output before it may have no newline at its end. */
function firstReply(text: Buffer): number | null {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf(NEWLINE, start);
    if (end < 0) return null;
    for (let at = text.indexOf(BEGIN, start); at >= 0 && at < end; at = text.indexOf(BEGIN, at + 1)) {
      if (isReply(text.toString('utf8', at, end))) return at;
    }
    start = end + 1;
  }
  return null;
}

/** A request would be our own: a program that echoes its input is no host. */
function isReply(line: string): boolean {
  try {
    const message = JSON.parse(line);
    return message.jsonrpc === '2.0' && ('result' in message || 'error' in message);
  } catch {
    return false;
  }
}

const BEGIN = '{"';
const NEWLINE = 0x0a;
// More than any greeting; a shell that prints without end is no host.
const MAX_BANNER_BYTES = 256 * 1024;
// Enough to recognise it.
const PRINTED_BYTES = 500;
