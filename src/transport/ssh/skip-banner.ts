/** Login shells may print a greeting before the forced command runs: what is no JSON-RPC before the first reply is dropped. */
import { Transform } from 'node:stream';

export function skipBanner(): Transform {
  let waiting: Buffer | null = Buffer.alloc(0);
  return new Transform({
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
}

export class EndlessBanner extends Error {
  override message = 'the host prints without end, and no reply of the shim';
}

/** Where the first line begins that is a JSON-RPC message; null while there is none. */
function firstReply(text: Buffer): number | null {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf(NEWLINE, start);
    if (end < 0) return null;
    if (isMessage(text.toString('utf8', start, end))) return start;
    start = end + 1;
  }
  return null;
}

function isMessage(line: string): boolean {
  if (!line.startsWith('{')) return false;
  try {
    return JSON.parse(line).jsonrpc === '2.0';
  } catch {
    return false;
  }
}

const NEWLINE = 0x0a;
// More than any greeting; a shell that prints for ever is no host.
const MAX_BANNER_BYTES = 256 * 1024;
