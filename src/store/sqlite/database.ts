/** One connection to the file. The only module that imports the driver. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { QueryResult } from 'kysely';
import { wordFunctions } from './has-words.ts';

export interface Statement {
  sql: string;
  parameters: readonly unknown[];
}

/** In this thread, which is blocked meanwhile, or in another one. */
export interface Database {
  readonly inTransaction: boolean;
  exec(sql: string): void | Promise<void>;
  run<R>(statement: Statement): QueryResult<R> | Promise<QueryResult<R>>;
  close(): void | Promise<void>;
}

export type OpenDatabase = (path: string, pragmas: readonly string[]) => Database;

export class LocalDatabase implements Database {
  readonly #db: DatabaseSync;
  readonly #prepared = new Map<string, Prepared>();

  constructor(path: string, pragmas: readonly string[]) {
    this.#db = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true });
    for (const pragma of pragmas) this.#db.exec(`pragma ${pragma}`);
    const functions = wordFunctions((seq) => this.#textsOf(seq));
    for (const [name, work] of Object.entries(functions)) this.#db.function(name, { varargs: true }, work);
  }

  get inTransaction(): boolean {
    return this.#db.isTransaction;
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  run<R>({ sql, parameters }: Statement): QueryResult<R> {
    const { statement, givesRows } = this.#prepare(sql);
    const values = parameters as SQLInputValue[];
    if (givesRows) return { rows: statement.all(...values) as R[] };
    const { changes, lastInsertRowid } = statement.run(...values);
    return { insertId: BigInt(lastInsertRowid), numAffectedRows: BigInt(changes), rows: [] };
  }

  close(): void {
    this.#prepared.clear();
    this.#db.close();
  }

  #textsOf(seq: unknown): string[] {
    const { statement } = this.#prepare('select message, response from turns where seq = ?');
    return Object.values(statement.get(seq as SQLInputValue) ?? {}).map(String);
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    const prepared = { statement, givesRows: statement.columns().length > 0 };
    if (this.#prepared.size >= CACHED_STATEMENTS) this.#prepared.clear();
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}

interface Prepared {
  statement: StatementSync;
  givesRows: boolean;
}

// The store has some forty statements; the rest is room for lists of different lengths.
const CACHED_STATEMENTS = 200;
