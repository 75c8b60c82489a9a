/** A log of JSON lines with a bounded size: one file, and the one before it. */
import { appendFileSync, renameSync, statSync } from 'node:fs';

/** `what` and the facts contain no secret, no body, and nothing that a user or a page has written. */
export type RelayLog = (what: string, facts?: Record<string, string | number | null>) => void;

export function boundedLog(file: string, clock: () => number, maxBytes: number = MAX_BYTES): RelayLog {
  let bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return (what, facts = {}) => {
    const line = `${JSON.stringify({ time: clock(), what, ...facts })}\n`;
    try {
      if (bytes + line.length > maxBytes) {
        renameSync(file, `${file}.1`);
        bytes = 0;
      }
      appendFileSync(file, line, { mode: 0o600 });
      bytes += line.length;
    } catch {
      // a full disk must not prevent a hook's call
    }
  };
}

/** Logs an event at most once a minute, with the number of times that it happened. */
export function summarised(log: RelayLog, what: string, clock: () => number): () => void {
  let since = Number.NEGATIVE_INFINITY;
  let times = 0;
  return () => {
    times += 1;
    if (clock() - since < MINUTE_MS) return;
    log(what, { times });
    since = clock();
    times = 0;
  };
}

const MAX_BYTES = 1024 * 1024;
const MINUTE_MS = 60_000;
