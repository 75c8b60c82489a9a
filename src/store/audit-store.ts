/** The audit log. */
import type { AuditEntry, AuditFilter, AuditHead, AuditRow, ChainCheck } from '../contract/records/audit-log.ts';

/** What nobody changes: rows are added, and each holds the hash of the one before. */
export interface AuditStore {
  append(entries: AuditEntry[]): Promise<void>;
  /** Newest first. */
  list(query: AuditFilter & { before?: number | undefined; limit: number }): Promise<AuditRow[]>;
  /** Oldest first: what is about the user, or what they did. */
  ofUser(userId: string): Promise<AuditRow[]>;
  /** The newest row; null of an empty log. */
  head(): Promise<AuditHead | null>;
  /**
   * Walks the chain, from after a row that is known to be good. With `contents` it also compares what was said in the
   * turns that are still there.
   */
  verify(options: { after?: AuditHead | undefined; contents: boolean }): Promise<ChainCheck>;
}
