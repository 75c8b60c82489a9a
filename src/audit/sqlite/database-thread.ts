/**
 * Connections in a thread of their own, so that this one goes on while the disk is written to, or much is read. What
 * they are asked is done one after the other.
 */
import { Worker } from 'node:worker_threads';
import type { QueryResult } from 'kysely';
import type { Database, OpenDatabase, Statement } from './database.ts';

/** What the thread is asked, of the connection of this number. */
export type Request = { database: number } & (
  | { does: 'open'; path: string; pragmas: readonly string[] }
  | { does: 'exec'; sql: string }
  | ({ does: 'run' } & Statement)
  | { does: 'close' }
);

export interface Answer {
  inTransaction: boolean;
  result: QueryResult<unknown> | null;
  /** An error's own properties, which do not come along by themselves. */
  error: { message: string; errcode: number | undefined } | null;
}

export interface ThreadOptions {
  /**
   * How long a request may take, in milliseconds, with those before it. The thread is ended then, and the next request has
   * a new one.
   */
  deadlineMs?: number;
  /** The error of whoever waited for it. */
  tooLong?: () => Error;
  /** After how many milliseconds without a request the thread ends; it is begun again when it is needed. */
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
  #opened = 0;
  #closed = false;

  constructor(options: ThreadOptions = {}) {
    this.#options = options;
  }

  /** The one that runs; another one knows nothing of what was asked of this one. */
  get worker(): Worker {
    this.#worker ??= this.#begin();
    return this.#worker;
  }

  /** Whether this is the one that runs. */
  isRunning(worker: Worker | null): boolean {
    return worker !== null && worker === this.#worker;
  }

  readonly open: OpenDatabase = (path, pragmas) => new ThreadDatabase(this, this.#opened++, { path, pragmas });

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

  /** For good. */
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
    const worker = new Worker(new URL('./database-worker.ts', import.meta.url), { resourceLimits: SMALL_HEAP });
    worker.unref();
    worker.on('message', (answer: Answer) => this.#done((asked) => asked.resolve(answer)));
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
    this.worker.ref();
    this.worker.postMessage(next.request);
  }

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
  readonly #number: number;
  readonly #file: { path: string; pragmas: readonly string[] };
  #openIn: Worker | null = null;
  #opening: Promise<unknown> | null = null;

  constructor(thread: DatabaseThread, number: number, file: { path: string; pragmas: readonly string[] }) {
    this.#thread = thread;
    this.#number = number;
    this.#file = file;
  }

  async exec(sql: string): Promise<void> {
    await this.#ask({ database: this.#number, does: 'exec', sql });
  }

  async run<R>({ sql, parameters }: Statement): Promise<QueryResult<R>> {
    const { result } = await this.#ask({ database: this.#number, does: 'run', sql, parameters });
    return result as QueryResult<R>;
  }

  async close(): Promise<void> {
    if (this.#thread.isRunning(this.#openIn)) await this.#ask({ database: this.#number, does: 'close' });
  }

  async #ask(request: Request): Promise<Answer> {
    const { worker } = this.#thread;
    if (worker !== this.#openIn) {
      // The rest of a transaction must not be written without its beginning.
      if (this.inTransaction) {
        this.inTransaction = false;
        throw new Error('the thread that had begun the transaction has ended');
      }
      this.#openIn = worker;
      this.#opening = this.#answerTo({ database: this.#number, does: 'open', ...this.#file });
    }
    try {
      await this.#opening;
    } catch (error) {
      if (worker === this.#openIn) this.#openIn = null;
      throw error;
    }
    if (!this.#thread.isRunning(worker)) throw ended();
    return await this.#answerTo(request);
  }

  async #answerTo(request: Request): Promise<Answer> {
    const answer = await this.#thread.ask(request);
    this.inTransaction = answer.inTransaction;
    if (answer.error === null) return answer;
    throw Object.assign(new Error(answer.error.message), { errcode: answer.error.errcode });
  }
}

// It holds a page of rows, or what is written at once: some megabytes. With more room, rubbish would fill it.
const SMALL_HEAP = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 96 };
