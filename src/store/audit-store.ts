/** The audit log. */
import type { AuditEntry, AuditFilter, AuditHead, AuditRow, ChainCheck } from '../contract/records/audit-log.ts';

/** Append-only: each row holds the hash of the row before. */
export interface AuditStore {
  append(entries: AuditEntry[]): Promise<void>;
  /** Newest first. */
  list(query: AuditFilter & { before?: number | undefined; limit: number }): Promise<AuditRow[]>;
  /** Oldest first, the first `limit` after `after`: the rows that are about the user, and the user's own actions. */
  ofUser(userId: string, page: { after: number; limit: number }): Promise<AuditRow[]>;
  /** The newest row; null of an empty log. */
  head(): Promise<AuditHead | null>;
  /**
   * Verifies the chain, starting after a row that is known to be good. With `contents` it also compares the texts of
   * the turns that still exist.
   */
  verify(options: { after?: AuditHead | undefined; contents: boolean }): Promise<ChainCheck>;
}
