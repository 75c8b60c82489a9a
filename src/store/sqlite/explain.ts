/** Explains SQLite's errors to the person who runs the gateway. */
import { PaliadinError } from '../../contract/errors.ts';

/** Other writes of this process came first, and took too long. As where another process holds the lock, retrying helps. */
export class QueuedTooLong extends Error {
  readonly errcode = BUSY;
  readonly advice = 'the disk is slow or the machine is overloaded: see its load';

  constructor(waitedMs: number) {
    super(`the writes before this one took longer than ${waitedMs} ms`);
  }
}

/** Turns an error of the database into one that names the file, what is wrong and what to do. */
export function explainSqlite(path: string): (error: unknown) => PaliadinError {
  return (error) => {
    if (error instanceof PaliadinError) return error;
    const message = messageOf(error);
    const number = resultCode(error);
    if (number === CONSTRAINT)
      return new PaliadinError('conflict', `the store refused it: ${message}`, { cause: error });
    const advice =
      error instanceof QueuedTooLong
        ? error.advice
        : (advices[number] ?? 'see whether the disk and the file are in order');
    const againInMs = number === BUSY || number === FULL ? AGAIN_MS : null;
    return new PaliadinError('store_unavailable', `${path}: ${message}; ${advice}`, { cause: error, againInMs });
  };
}

/** Whether another process held the lock, so that retrying helps. */
export function isBusy(error: unknown): boolean {
  return resultCode(error) === BUSY;
}

const BUSY = 5;
// Somebody makes room: what the running turns tell meanwhile waits, and is not lost.
const FULL = 13;
const CONSTRAINT = 19;

// By primary result code, https://sqlite.org/rescode.html
const advices: Record<number, string> = {
  3: 'let the account that runs Paliadin read and write it',
  [BUSY]: 'another process holds it: wait, or end the other process',
  6: 'another process holds it: wait, or end the other process',
  8: 'let the account that runs Paliadin write to it and to its directory',
  10: 'the disk failed or is full: look at the system’s log and at the free space',
  11: 'the file is damaged: move it away (with its -wal and -shm files) and restore a backup, or start with an empty one',
  [FULL]: 'the disk is full: make room',
  14: 'let the account that runs Paliadin read and write it and its directory',
  26: 'this is no SQLite database, or a damaged one: move it away and restore a backup, or name another file',
};

// The write has waited already; a process that holds the lock for so long may hold it for longer.
const AGAIN_MS = 5000;

function messageOf(error: unknown): string {
  // The parser's own message quotes the user's text.
  if (error instanceof SyntaxError) return 'a row does not hold what was written to it';
  return error instanceof Error ? error.message : String(error);
}

/** The primary result code; 0 where the error is not SQLite's. */
function resultCode(error: unknown): number {
  const extended = (error as { errcode?: unknown } | null)?.errcode;
  return typeof extended === 'number' ? extended & 0xff : 0;
}
