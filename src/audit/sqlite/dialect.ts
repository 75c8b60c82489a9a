/**
 * Kysely over `node:sqlite`. The only module that imports the driver.
 *
 * One connection reads and one writes. A reader never waits for a writer. A writer that meets another process waits aside:
 * SQLite's own waiting would stop this process, with all that it does beside.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  SelectQueryNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { isBusy } from './explain.ts';
import { WriteQueue } from './write-queue.ts';

export interface SqliteOptions {
  /** `full`: what is committed survives a power cut; `normal`: the end of the process. */
  synchronous?: 'full' | 'normal';
  /** Shared by all that write to the same file in this process. */
  queue?: WriteQueue;
  /** How long a write waits for other processes, and for those before it. */
  waitMs?: number;
}

export function sqliteDialect(path: string, options: SqliteOptions = {}): Dialect {
  return {
    createAdapter: () => new Adapter(),
    createDriver: () => new FileDriver(path, options),
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

// Longer than a command line that writes at the same time takes, and no longer than a person waits for an answer.
const WAIT_MS = 3000;

// Most others are done within some milliseconds; whoever holds it longer is not to cost the processor anything.
const FIRST_PAUSE_MS = 2;
const LAST_PAUSE_MS = 50;

// The store has some forty statements; the rest is room for lists of different lengths.
const CACHED_STATEMENTS = 200;

class Adapter extends SqliteAdapter {
  // SQLite can; Kysely plays safe. So a migration that fails half-way leaves nothing behind.
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  // Who may write is for the queue to say; Kysely would keep readers waiting too.
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class FileDriver implements Driver {
  readonly #path: string;
  readonly #options: SqliteOptions;
  readonly #queue: WriteQueue;
  #reader: Database | null = null;
  #writer: Database | null = null;

  constructor(path: string, options: SqliteOptions) {
    this.#path = path;
    this.#options = options;
    this.#queue = options.queue ?? new WriteQueue();
  }

  async init(): Promise<void> {
    this.#writer = new Database(this.#path, [
      // An accepted question survives a power cut. (The journal mode is kept in the file, this is not.)
      `synchronous = ${this.#options.synchronous ?? 'full'}`,
      // What somebody had deleted is overwritten, not only let go.
      'secure_delete = on',
    ]);
  }

  async acquireConnection(): Promise<Connection> {
    const read = () => {
      this.#reader ??= new Database(this.#path, ['query_only = on']);
      return this.#reader;
    };
    return new Connection(read, this.#writer as Database, this.#queue, this.#options.waitMs ?? WAIT_MS);
  }

  beginTransaction = (connection: DatabaseConnection) => (connection as Connection).begin();
  commitTransaction = (connection: DatabaseConnection) => (connection as Connection).commit();
  rollbackTransaction = (connection: DatabaseConnection) => (connection as Connection).rollback();

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    (connection as Connection).release();
  }

  async destroy(): Promise<void> {
    this.#reader?.close();
    this.#writer?.close();
  }
}

/** One query, or one transaction. */
class Connection implements DatabaseConnection {
  readonly #reader: () => Database;
  readonly #writer: Database;
  readonly #queue: WriteQueue;
  readonly #waitMs: number;
  /** While this is the one that writes. */
  #leave: (() => void) | null = null;

  constructor(reader: () => Database, writer: Database, queue: WriteQueue, waitMs: number) {
    this.#reader = reader;
    this.#writer = writer;
    this.#queue = queue;
    this.#waitMs = waitMs;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#leave !== null) return this.#writer.run<R>(query);
    if (SelectQueryNode.is(query.query)) return await whenFree(() => this.#reader().run<R>(query), this.#deadline());
    try {
      return await this.#asWriter(() => this.#writer.run<R>(query));
    } finally {
      this.release();
    }
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery<R>(query);
  }

  /** Takes the write lock at once: a transaction that reads first and then writes could not wait for it. */
  async begin(): Promise<void> {
    try {
      await this.#asWriter(() => this.#writer.exec('begin immediate'));
    } catch (error) {
      this.release();
      throw error;
    }
  }

  async commit(): Promise<void> {
    this.#writer.exec('commit');
    this.release();
  }

  /** On a full disk SQLite has rolled back already, and a second time would hide the first reason. */
  async rollback(): Promise<void> {
    if (this.#leave !== null && this.#writer.inTransaction) this.#writer.exec('rollback');
    this.release();
  }

  release(): void {
    this.#leave?.();
    this.#leave = null;
  }

  async #asWriter<T>(work: () => T): Promise<T> {
    const deadline = this.#deadline();
    this.#leave = await this.#queue.enter(this.#waitMs);
    return await whenFree(work, deadline);
  }

  #deadline(): number {
    return performance.now() + this.#waitMs;
  }
}

/** Does it again as long as another process is in the way. */
async function whenFree<T>(work: () => T, deadline: number): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LAST_PAUSE_MS)) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() + pause > deadline) throw error;
    }
    await delay(pause);
  }
}

class Database {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, Statement>();

  constructor(path: string, pragmas: readonly string[]) {
    this.#db = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true });
    for (const pragma of pragmas) this.#db.exec(`pragma ${pragma}`);
  }

  get inTransaction(): boolean {
    return this.#db.isTransaction;
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  run<R>({ sql, parameters }: CompiledQuery): QueryResult<R> {
    const statement = this.#prepare(sql);
    if (statement.reader) return { rows: statement.all(parameters) as R[] };
    const { changes, lastInsertRowid } = statement.run(parameters);
    return { insertId: BigInt(lastInsertRowid), numAffectedRows: BigInt(changes), rows: [] };
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #prepare(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = new Statement(this.#db.prepare(sql));
    if (this.#statements.size >= CACHED_STATEMENTS) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }
}

class Statement {
  /** Whether it gives rows. */
  readonly reader: boolean;
  readonly #statement: StatementSync;

  constructor(statement: StatementSync) {
    this.#statement = statement;
    this.reader = statement.columns().length > 0;
  }

  all(parameters: readonly unknown[]): unknown[] {
    return this.#statement.all(...(parameters as SQLInputValue[]));
  }

  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint } {
    return this.#statement.run(...(parameters as SQLInputValue[]));
  }
}
