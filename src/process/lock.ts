/**
 * One process a directory. The lock is SQLite's on an empty database: the system lets go of it however
 * the process ends, so there is never a stale one to guess about.
 */
/** Locks `file` for this process until it ends or calls the returned release; null where another has it. */
export async function acquireLock(file: string): Promise<(() => void) | null> {
  // Not for all that shares a file with this: below Node 24.15 loading it prints a warning.
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
    held.add(database);
    return () => {
      held.delete(database);
      database.close();
    };
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return null;
    throw error;
  }
}

/** One that nobody refers to is collected, and closed: the lock would be let go of, in the middle of everything. */
const held = new Set<object>();

const SQLITE_BUSY = 5;
