/**
 * One process per directory. The lock is SQLite's, on an empty database: the system releases it however the process
 * ends, so a stale lock never exists.
 */
/**
 * Locks `file` for this process until it ends or calls the returned release function; null if another process has it.
 */
export async function acquireLock(file: string): Promise<(() => void) | null> {
  // Not imported at the top of this file: below Node 24.15 loading it prints a warning.
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

/** Keeps the database referenced: otherwise garbage collection would close it, and release the lock too early. */
const held = new Set<object>();

const SQLITE_BUSY = 5;
