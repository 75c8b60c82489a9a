/**
 * Connections in a thread of their own, so that this thread can continue while the disk is written to, or much is read.
 * Requests to the thread run one after the other.
 */
import { Worker } from 'node:worker_threads';
import type { QueryResult } from 'kysely';
import type { Database, OpenDatabase, Statement } from './database.ts';

/** A request to the thread, which opens the connection on the first request for it. */
export interface Request {
  connection: Connection;
  /** Whether it belongs to a transaction; a thread that has not begun that transaction refuses. */
  inTransaction: boolean;
  work: { does: 'exec'; sql: string } | ({ does: 'run' } & Statement) | { does: 'close' };
}

export interface Connection {
  number: number;
  path: string;
  pragmas: readonly string[];
}

export interface Answer {
  inTransaction: boolean;
  result: QueryResult<unknown> | null;
  /** An error's own properties, which are not transferred between threads automatically. */
  error: { message: string; errcode: number | undefined } | null;
}

export interface ThreadOptions {
  /**
   * How long a request may take, in milliseconds, including those before it. After that the thread is ended, and the
   * next request gets a new one.
   */
  deadlineMs?: number;
  /** The error for the caller who waited for it. */
  tooLong?: () => Error;
  /** After how many milliseconds without a request the thread ends; it is started again when it is needed. */
  idleMs?: number;
}

interface Asked {
  request: Request;
  timer: NodeJS.Timeout | undefined;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

export class DatabaseThread {
  readonly #options: ThreadOptions;
  readonly #waiting: Asked[] = [];
  #asked: Asked | null = null;
  #worker: Worker | null = null;
  #idle: NodeJS.Timeout | undefined;
  #connections = 0;
  #closed = false;

  constructor(options: ThreadOptions = {}) {
    this.#options = options;
  }

  /** The thread that runs now. */
  get worker(): Worker | null {
    return this.#worker;
  }

  readonly open: OpenDatabase = (path, pragmas) =>
    new ThreadDatabase(this, { number: this.#connections++, path, pragmas });

  /** @throws where the thread has ended, or the deadline has passed. */
  async ask(request: Request): Promise<Answer> {
    if (this.#closed) throw ended();
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const asked: Asked = { request, timer: undefined, resolve, reject };
    const { deadlineMs } = this.#options;
    if (deadlineMs !== undefined) asked.timer = setTimeout(() => this.#giveUp(asked), deadlineMs);
    this.#waiting.push(asked);
    this.#next();
    return await promise;
  }

  /** Permanently. Pending requests get an error. A statement that is running may continue for a while. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const asked of [this.#asked, ...this.#waiting.splice(0)]) if (asked !== null) settle(asked).reject(ended());
    this.#asked = null;
    await this.#end();
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    clearTimeout(this.#idle);
    await worker?.terminate();
  }

  #begin(): Worker {
    const worker = new Worker(new URL(WORKER, import.meta.url), { resourceLimits: SMALL_HEAP });
    worker.on('message', (answer: Answer) => {
      if (worker === this.#worker) this.#done((asked) => asked.resolve(answer));
    });
    worker.on('error', (error: Error) => this.#lose(worker, error));
    worker.on('exit', () => this.#lose(worker, ended()));
    return worker;
  }

  #next(): void {
    if (this.#asked !== null) return;
    clearTimeout(this.#idle);
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#rest();
      return;
    }
    this.#asked = next;
    this.#worker ??= this.#begin();
    this.#worker.ref();
    try {
      this.#worker.postMessage(next.request);
    } catch (error) {
      this.#done((asked) => asked.reject(error as Error)); // the request can't be sent to another thread
    }
  }

  /** An idle thread does not keep the process alive. */
  #rest(): void {
    this.#worker?.unref();
    const { idleMs } = this.#options;
    if (idleMs !== undefined) this.#idle = setTimeout(() => void this.#end(), idleMs).unref();
  }

  #done(tell: (asked: Asked) => void): void {
    const asked = this.#asked;
    this.#asked = null;
    if (asked !== null) tell(settle(asked));
    this.#next();
  }

  #giveUp(asked: Asked): void {
    const error = this.#options.tooLong?.() ?? new Error('it took too long');
    if (asked === this.#asked && this.#worker !== null) {
      this.#lose(this.#worker, error);
      return;
    }
    this.#waiting.splice(this.#waiting.indexOf(asked), 1);
    asked.reject(error);
  }

  #lose(worker: Worker, error: Error): void {
    if (worker !== this.#worker) return;
    this.#worker = null;
    void worker.terminate();
    this.#done((asked) => asked.reject(error));
  }
}

function settle(asked: Asked): Asked {
  clearTimeout(asked.timer);
  return asked;
}

function ended(): Error {
  return new Error('the thread that has the database open has ended');
}

class ThreadDatabase implements Database {
  inTransaction = false;
  readonly #thread: DatabaseThread;
  readonly #connection: Connection;
  /** The thread that has this connection; by now another thread may run. */
  #askedIn: Worker | null = null;

  constructor(thread: DatabaseThread, connection: Connection) {
    this.#thread = thread;
    this.#connection = connection;
  }

  async exec(sql: string): Promise<void> {
    await this.#ask({ does: 'exec', sql });
  }

  async run<R>({ sql, parameters }: Statement): Promise<QueryResult<R>> {
    const { result } = await this.#ask({ does: 'run', sql, parameters });
    return result as QueryResult<R>;
  }

  async close(): Promise<void> {
    const { worker } = this.#thread;
    if (worker !== null && worker === this.#askedIn) await this.#ask({ does: 'close' });
  }

  async #ask(work: Request['work']): Promise<Answer> {
    const asked = this.#thread.ask({ connection: this.#connection, inTransaction: this.inTransaction, work });
    this.#askedIn = this.#thread.worker;
    const answer = await asked;
    this.inTransaction = answer.inTransaction;
    if (answer.error === null) return answer;
    throw Object.assign(new Error(answer.error.message), { errcode: answer.error.errcode });
  }
}

// It holds a page of rows, or one batch of writes: some megabytes. A larger heap would only fill with garbage.
const SMALL_HEAP = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 96 };

// Beside this module; from source or from the build, like this module.
const WORKER = import.meta.url.endsWith('.mjs') ? './database-worker.mjs' : './database-worker.ts';
