/**
 * Puts on record what no caller waits for: one transaction at a time, with all that came during the one before. The end
 * of the audit log is one row, which turns need as well.
 */
import type { AuditEntry } from '../../contract/records/audit-log.ts';
import type { AuditStore } from '../../store/audit-store.ts';

/** Resolves once the entry is on record, or was reported as lost. */
export type AppendSoon = (entry: AuditEntry) => Promise<void>;

/** `onError` is called where entries could not be put on record. */
export function appendTogether(audit: Pick<AuditStore, 'append'>, onError: (error: unknown) => void): AppendSoon {
  let waiting: AuditEntry[] = [];
  let appending: Promise<void> | null = null;

  async function appendWaiting(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, AT_ONCE);
      waiting = waiting.slice(AT_ONCE);
      await audit.append(batch).catch(onError);
    }
    appending = null;
  }

  return (entry) => {
    if (waiting.length >= MOST_WAITING) {
      onError(new Error(`${waiting.length} entries wait already`));
      return Promise.resolve();
    }
    waiting.push(entry);
    appending ??= appendWaiting();
    return appending;
  };
}

// Some milliseconds of work.
const AT_ONCE = 100;
// A store that does not answer must not fill the memory.
const MOST_WAITING = 10_000;
