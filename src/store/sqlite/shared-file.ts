/**
 * The connections of this thread to one file, for writes that are synced to the disk and for those that need not be. With a
 * connection each, every commit of one would make the others read their pages anew.
 */
import type { QueryResult } from 'kysely';
import { type Database, LocalDatabase, type OpenDatabase, type Statement } from './database.ts';

/** `full`: a commit survives a power cut; `normal`: a crash of the process. */
type Synchronous = 'full' | 'normal';

export interface SharedFile {
  /** A writer whose commits are synced as it says. At most one of them writes at a time: see `WriteQueue`. */
  writer(synchronous: Synchronous): OpenDatabase;
  /** Reads what is committed, whoever writes meanwhile. */
  reader: OpenDatabase;
}

export function shareFile(): SharedFile {
  let writing: LocalDatabase | null = null;
  let reading: LocalDatabase | null = null;
  let synchronous: Synchronous | null = null;
  let writers = 0;

  const open = (path: string, pragmas: readonly string[]): LocalDatabase => {
    writers++;
    writing ??= new LocalDatabase(path, pragmas);
    return writing;
  };

  return {
    writer: (wanted) => (path, pragmas) => {
      const database = open(path, pragmas);
      let isOpen = true;
      const inMode = (): LocalDatabase => {
        // SQLite refuses to change it in a transaction, which is that of this writer.
        if (synchronous !== wanted && !database.inTransaction) {
          synchronous = null; // unknown, should this fail
          database.exec(`pragma synchronous = ${wanted}`);
          synchronous = wanted;
        }
        return database;
      };
      return {
        get inTransaction() {
          return database.inTransaction;
        },
        exec: (sql) => inMode().exec(sql),
        run: (statement) => inMode().run(statement),
        close() {
          if (!isOpen) return;
          isOpen = false;
          if (--writers > 0) return;
          writing = null;
          synchronous = null;
          database.close();
        },
      } satisfies Database;
    },
    reader: (path, pragmas) => ({
      inTransaction: false,
      exec: (sql) => {
        reading ??= new LocalDatabase(path, pragmas);
        reading.exec(sql);
      },
      run<R>(statement: Statement): QueryResult<R> {
        // The writer has the newest pages at hand. In a transaction it would show what is not committed.
        if (writing !== null && !writing.inTransaction) return writing.run<R>(statement);
        reading ??= new LocalDatabase(path, pragmas);
        return reading.run<R>(statement);
      },
      close() {
        reading?.close();
        reading = null;
      },
    }),
  };
}
