/**
 * Where this process does other things beside its store: what takes long is done in threads of its own. They begin when
 * they are needed, and end when they are not: each takes some ten megabytes. What is short stays, for to ask another
 * thread takes longer than to do it.
 */
import { PaliadinError } from '../../contract/errors.ts';
import { DatabaseThread } from './database-thread.ts';
import type { SqliteOptions } from './dialect.ts';
import type { WriteQueue } from './write-queue.ts';

export interface ThreadsOptions {
  /** How long a search may take, in milliseconds. */
  searching?: { deadlineMs?: number } | undefined;
}

export interface Threads {
  /** What each kind of connection is opened with. */
  light: SqliteOptions;
  heavy: SqliteOptions;
  searching: SqliteOptions;
  /** Ends what is being searched for, which is not waited for. */
  leave(): void;
  /** Once all connections are closed. */
  close(): Promise<void>;
}

/** `queue` is what all that writes to this file stands in. */
export function startThreads(path: string, queue: WriteQueue, { searching }: ThreadsOptions): Threads {
  const deadlineMs = searching?.deadlineMs ?? SEARCH_MS;
  const writer = new DatabaseThread({ idleMs: IDLE_MS });
  const searcher = new DatabaseThread({ idleMs: IDLE_MS, deadlineMs, tooLong: () => searchTooLong(deadlineMs) });
  const log = writer.open(path, []);
  let commits = 0;
  let carried: Promise<void> | null = null;

  /** Nobody writes meanwhile: only a log that was carried over whole begins anew. */
  async function carryOver(): Promise<void> {
    try {
      const leave = await queue.enter(PATIENCE_MS);
      try {
        await log.exec('pragma wal_checkpoint(passive)');
      } finally {
        leave();
      }
    } catch {
      // The next time, or in the end by whoever commits.
    } finally {
      carried = null;
    }
  }

  return {
    light: {
      checkpointPages: MOST_PAGES,
      onCommit() {
        commits++;
        if (commits < CARRIED_OVER || carried !== null) return;
        commits = 0;
        carried = carryOver();
      },
    },
    heavy: { openWriter: writer.open },
    searching: { openWriter: null, openReader: searcher.open },
    leave: () => void searcher.close(),
    async close() {
      await carried;
      await log.close();
      await writer.close();
    },
  };
}

function searchTooLong(ms: number): PaliadinError {
  return new PaliadinError(
    'bad_request',
    `search: not done within ${ms / 1000} s; name a person, a time, or longer words`,
  );
}

// Nobody looks at a page for longer that does not come.
const SEARCH_MS = 10_000;

// Whoever has searched will search again.
const IDLE_MS = 60_000;

// Some pages each, and some hundred make a checkpoint worth its while.
const CARRIED_OVER = 100;

// The next hundred commits ask again.
const PATIENCE_MS = 3_000;

// 80 MB: the log must not grow without end, should the thread fail.
const MOST_PAGES = 20_000;
