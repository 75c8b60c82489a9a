/**
 * Kysely over SQLite.
 *
 * One connection reads and one writes. A reader never waits for a writer. A writer that is blocked by another process
 * waits asynchronously: SQLite's own waiting would block the whole process.
 */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  type SelectModifierNode,
  SelectQueryNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { retry } from '../../process/retry.ts';
import { type Database, LocalDatabase, type OpenDatabase } from './database.ts';
import { isBusy } from './explain.ts';
import { WriteQueue } from './write-queue.ts';

export interface SqliteOptions {
  /** Shared by all writers of the same file in this process. */
  queue?: WriteQueue;
  /** How long a write waits for other processes, and for earlier writes. */
  waitMs?: number;
  /** Opens the connections; by default in this thread. `openWriter` is null for one that only reads. */
  openWriter?: OpenDatabase | null;
  openReader?: OpenDatabase;
  /** After how many pages of the log a commit checkpoints them into the file. By default SQLite's own number. */
  checkpointPages?: number;
  /** Called after each committed transaction, and after each write outside of one. */
  onCommit?: () => void;
}

export function sqliteDialect(path: string, options: SqliteOptions = {}): Dialect {
  return {
    createAdapter: () => new Adapter(),
    createDriver: () => new FileDriver(path, options),
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
    createQueryCompiler: () => new QueryCompiler(),
  };
}

// Longer than a write of the command line takes, and no longer than a person waits for an answer.
const WAIT_MS = 3000;

// Most other writers are done within milliseconds; waiting for one that holds the lock longer should cost no CPU time.
const PAUSES = { firstMs: 2, maxMs: 50 };

const inThisThread: OpenDatabase = (path, pragmas) => new LocalDatabase(path, pragmas);

class Adapter extends SqliteAdapter {
  // SQLite has transactional DDL; Kysely assumes that it does not. With it, a failed migration leaves nothing behind.
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  // The queue decides who may write; Kysely's own mutex would block readers too.
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class QueryCompiler extends SqliteQueryCompiler {
  // A transaction has the only write lock from its beginning, so its rows need none.
  protected override visitSelectModifier({ modifier }: SelectModifierNode): void {
    if (modifier !== 'ForNoKeyUpdate') throw new Error(`SQLite has no ${modifier}`);
  }
}

class FileDriver implements Driver {
  readonly #path: string;
  readonly #options: SqliteOptions;
  readonly #queue: WriteQueue;
  #reader: Database | null = null;
  #writer: Database | undefined;

  constructor(path: string, options: SqliteOptions) {
    this.#path = path;
    this.#options = options;
    this.#queue = options.queue ?? new WriteQueue();
  }

  async init(): Promise<void> {
    const { openWriter = inThisThread, checkpointPages } = this.#options;
    this.#writer = openWriter?.(this.#path, [
      // An accepted question survives a power cut. (The journal mode is stored in the file, this setting is not.)
      'synchronous = full',
      // Deleted data is overwritten, not only released.
      'secure_delete = on',
      ...(checkpointPages === undefined ? [] : [`wal_autocheckpoint = ${checkpointPages}`]),
    ]);
  }

  async acquireConnection(): Promise<Connection> {
    const { openReader = inThisThread } = this.#options;
    const read = () => {
      this.#reader ??= openReader(this.#path, ['query_only = on']);
      return this.#reader;
    };
    return new Connection(read, this.#writer as Database, this.#queue, this.#options);
  }

  beginTransaction = (connection: DatabaseConnection) => (connection as Connection).begin();
  commitTransaction = (connection: DatabaseConnection) => (connection as Connection).commit();
  rollbackTransaction = (connection: DatabaseConnection) => (connection as Connection).rollback();

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    (connection as Connection).release();
  }

  async destroy(): Promise<void> {
    await this.#reader?.close();
    await this.#writer?.close();
  }
}

/** One query, or one transaction. */
class Connection implements DatabaseConnection {
  readonly #reader: () => Database;
  readonly #writer: Database;
  readonly #queue: WriteQueue;
  readonly #waitMs: number;
  readonly #onCommit: () => void;
  /** Set while this connection is the writer. */
  #leave: (() => void) | null = null;

  constructor(
    reader: () => Database,
    writer: Database,
    queue: WriteQueue,
    { waitMs = WAIT_MS, onCommit = () => {} }: SqliteOptions,
  ) {
    this.#reader = reader;
    this.#writer = writer;
    this.#queue = queue;
    this.#waitMs = waitMs;
    this.#onCommit = onCommit;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#leave !== null) return await this.#writer.run<R>(query);
    if (SelectQueryNode.is(query.query)) return await whenFree(() => this.#reader().run<R>(query), this.#deadline());
    try {
      const result = await this.#asWriter(() => this.#writer.run<R>(query));
      this.#onCommit();
      return result;
    } finally {
      this.release();
    }
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }

  /** Takes the write lock at once: a transaction that reads first and then writes could not wait for the lock. */
  async begin(): Promise<void> {
    try {
      await this.#asWriter(() => this.#writer.exec('begin immediate'));
    } catch (error) {
      this.release();
      throw error;
    }
  }

  async commit(): Promise<void> {
    await this.#writer.exec('commit');
    this.release();
    this.#onCommit();
  }

  /**
   * On a full disk, or when its thread ended, SQLite has already rolled back: then the first error is the one to
   * report.
   */
  async rollback(): Promise<void> {
    try {
      if (this.#leave !== null && this.#writer.inTransaction) await this.#writer.exec('rollback');
    } catch {
      // If anything is left of the transaction, the next one can't begin, and reports it.
    } finally {
      this.release();
    }
  }

  release(): void {
    this.#leave?.();
    this.#leave = null;
  }

  async #asWriter<T>(work: () => T | Promise<T>): Promise<T> {
    const deadline = this.#deadline();
    this.#leave = await this.#queue.enter(this.#waitMs);
    return await whenFree(work, deadline);
  }

  #deadline(): number {
    return performance.now() + this.#waitMs;
  }
}

/** Retries as long as another process holds the lock. */
function whenFree<T>(work: () => T | Promise<T>, deadline: number): Promise<T> {
  return retry(work, { ...PAUSES, deadline, when: isBusy });
}
