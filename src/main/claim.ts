/**
 * One process a directory. The lock is SQLite's on an empty database: the system lets go of it however
 * the process ends, so there is never a stale one to guess about.
 */
import { DatabaseSync } from 'node:sqlite';

/** Claims `file` for this process until it ends or calls the returned release; null where another has it. */
export function claim(file: string): (() => void) | null {
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
    return () => database.close();
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return null;
    throw error;
  }
}

const SQLITE_BUSY = 5;
