/** The store in one file, for one gateway on one machine. */
import { randomUUID } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { CamelCasePlugin, Kysely, sql } from 'kysely';
import { PaliadinError } from '../../contract/errors.ts';
import { retry } from '../../process/retry.ts';
import { migrate } from '../migrations/migrate.ts';
import { databaseStatus } from '../queries/database-status.ts';
import type { Schema } from '../queries/schema.ts';
import { sqlStore } from '../queries/store.ts';
import type { DatabaseStatus, Store } from '../store.ts';
import { type SqliteOptions, sqliteDialect } from './dialect.ts';
import { createEraser, type EraserOptions } from './erase.ts';
import { explainSqlite, isBusy } from './explain.ts';
import { shareFile } from './shared-file.ts';
import { searchText } from './text-search.ts';
import { startThreads, type ThreadsOptions } from './threads.ts';
import { WriteQueue } from './write-queue.ts';

export interface StoreOptions {
  /** Makes the ids of new users. */
  newId?: () => string;
  /** How long a write waits for other processes. */
  waitMs?: number;
  /** For a process with other work to do: slow operations run in threads of their own. */
  threads?: boolean;
  searching?: ThreadsOptions['searching'];
  /** Called with `false` if deleted data can still be read in the file's log, and with `true` when it is gone. */
  onErased?: (erased: boolean) => void;
  erasing?: Pick<EraserOptions, 'patienceMs' | 'againMs'>;
}

/**
 * Opens the database file, creates it if there is none, and brings its tables up to date. Several
 * processes may have it open at once.
 *
 * @throws PaliadinError `store_unavailable`; the file is then unchanged.
 */
export async function openSqliteStore(path: string, options: StoreOptions = {}): Promise<Store> {
  const explain = explainSqlite(path);
  makeFile(path);
  const queue = new WriteQueue();
  const threads = options.threads ? startThreads(path, queue, options) : null;
  const shared = { queue, ...(options.waitMs !== undefined && { waitMs: options.waitMs }) };
  const file = shareFile();
  const here = { ...shared, ...threads?.light, openReader: file.reader };
  // An accepted question survives a power cut.
  const db = openFile(path, { ...here, openWriter: file.writer('full') });
  // For writes that need not wait for the disk: they survive a crash of the process.
  const unsynced = openFile(path, { ...here, openWriter: file.writer('normal') });
  const heavy = threads === null ? db : openFile(path, { ...shared, ...threads.heavy });
  const searching = threads === null ? db : openFile(path, threads.searching);
  const close = async () => {
    threads?.leave();
    await Promise.all([...new Set([db, unsynced, heavy, searching])].map((one) => one.destroy()));
    await threads?.close();
  };
  try {
    await writeAhead(db);
    await migrate(db, path);
    await unsynced.connection().execute(async () => {}); // opens it now, so that it can't open after `close`
  } catch (error) {
    await close().catch(() => undefined); // the first error is the one to report
    throw explain(error);
  }
  const eraser = createEraser({
    ...options.erasing,
    async restartLog() {
      const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(heavy);
      return rows[0]?.busy === 0;
    },
    onErased: options.onErased ?? (() => {}),
  });
  return sqlStore(db, {
    explain,
    database: `SQLite ${process.versions.sqlite}`,
    newId: options.newId ?? randomUUID,
    relaxed: (work) => unsynced.transaction().execute(work),
    heavy: (work) => heavy.transaction().execute(work),
    search: searchText,
    index: async () => {}, // by triggers
    searching,
    erase: eraser.erase,
    async close() {
      eraser.close();
      await close();
    },
    skipLostEvents: async () => {
      await sql`update sqlite_sequence set seq = seq + ${LOST_EVENTS} where name = 'turn_events'`.execute(db);
    },
  });
}

/** Of a file that is there; changes nothing. @throws PaliadinError `store_unavailable` */
export async function sqliteStatus(path: string): Promise<DatabaseStatus> {
  const db = openFile(path, {});
  try {
    const { rows } = await sql<{ bytes: number }>`select page_count * page_size as bytes
      from pragma_page_count, pragma_page_size`.execute(db);
    const database = `SQLite ${process.versions.sqlite}, ${path}`;
    return await databaseStatus(db, { database, bytes: rows[0]?.bytes ?? 0 });
  } catch (error) {
    throw explainSqlite(path)(error);
  } finally {
    await db.destroy();
  }
}

// More events than can be written between two synced commits.
const LOST_EVENTS = 10_000;

// Questions and answers are private. SQLite gives its -wal and -shm files the mode of the database.
const PRIVATE_FILE = 0o600;
const PRIVATE_DIRECTORY = 0o700;

function makeFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_DIRECTORY });
    create(path);
    chmodSync(path, PRIVATE_FILE);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PaliadinError(
      'store_unavailable',
      `${path}: ${reason}; let the account that runs Paliadin own the file and its directory, or set another PALIADIN_STATE_DIR`,
      { cause: error },
    );
  }
}

// Only if there is none: opening and closing the file of a database that this process has open
// would drop its locks.
function create(path: string): void {
  try {
    closeSync(openSync(path, 'wx', PRIVATE_FILE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function openFile(path: string, options: SqliteOptions): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: sqliteDialect(path, options), plugins: [new CamelCasePlugin()] });
}

// SQLite does not wait when two processes switch a new file to the write-ahead log at once, so this retries.
const SWITCH_ATTEMPTS = 50;
const SWITCH_PAUSE_MS = 50;

/** Uses a write-ahead log: readers and the writer don't wait for each other. */
async function writeAhead(db: Kysely<Schema>): Promise<void> {
  const again = { attempts: SWITCH_ATTEMPTS, firstMs: SWITCH_PAUSE_MS, when: isBusy };
  await retry(() => sql`pragma journal_mode = wal`.execute(db), again);
}
