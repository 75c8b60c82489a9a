/**
 * For a process with other work beside its store: slow operations run in threads of their own. A thread starts when it
 * is needed and ends when it is idle, because each takes some ten megabytes. Short operations stay in the main thread,
 * where they take less time than a message to another thread.
 */
import { SEARCH_MS, searchTooLong } from '../search-limit.ts';
import { DatabaseThread } from './database-thread.ts';
import type { SqliteOptions } from './dialect.ts';
import type { WriteQueue } from './write-queue.ts';

export interface ThreadsOptions {
  /** How long a search may take, in milliseconds. */
  searching?: { deadlineMs?: number } | undefined;
}

export interface Threads {
  /** The options for each kind of connection. */
  light: SqliteOptions;
  heavy: SqliteOptions;
  searching: SqliteOptions;
  /** Ends running searches, without waiting for them. */
  leave(): void;
  /** Called once all connections are closed. */
  close(): Promise<void>;
}

/** `queue` is shared by all writers of this file. */
export function startThreads(path: string, queue: WriteQueue, { searching }: ThreadsOptions): Threads {
  const deadlineMs = searching?.deadlineMs ?? SEARCH_MS;
  const writer = new DatabaseThread({ idleMs: IDLE_MS });
  const searcher = new DatabaseThread({ idleMs: IDLE_MS, deadlineMs, tooLong: () => searchTooLong(deadlineMs) });
  const log = writer.open(path, []);
  let commits = 0;
  let carried: Promise<void> | null = null;

  /** Blocks writers: the log restarts only if all of it was checkpointed. */
  async function carryOver(): Promise<void> {
    try {
      const leave = await queue.enter(PATIENCE_MS);
      try {
        await log.exec('pragma wal_checkpoint(passive)');
      } finally {
        leave();
      }
    } catch {
      // Retried the next time; in the end a commit does it.
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

// A user who has searched is likely to search again.
const IDLE_MS = 60_000;

// A commit writes a few pages; after some hundred commits a checkpoint is worthwhile.
const CARRIED_OVER = 100;

// If the queue takes longer, the next hundred commits try again.
const PATIENCE_MS = 3_000;

// 80 MB: the log must not grow without end if the thread fails.
const MOST_PAGES = 20_000;
