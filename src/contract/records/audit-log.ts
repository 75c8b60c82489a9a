/** The audit log: who did what, and when. Times are UTC milliseconds, here as in all records. */
import type { AuditAction } from '../admin/audit.ts';

/** Who does it, and when: for the audit log. `actor` is a user's id, or `gateway`, `host`, `cli`, `anonymous`. */
export interface By {
  actor: string;
  at: number;
}

/** An entry of the audit log. */
export interface AuditEntry {
  at: number;
  actor: string;
  action: AuditAction;
  /** Id of the user that the entry is about. */
  subject: string | null;
  turnId: string | null;
  /** Codes, roles, names: no text of a question or an answer, and no secret. */
  detail: Record<string, string | number | boolean | null>;
}

export interface AuditRow extends AuditEntry {
  /** 1, 2, 3 …, without a gap. */
  seq: number;
  contentHash: string | null;
  /** Of the row before; empty in the first. */
  previous: string;
  hash: string;
}

export interface AuditHead {
  seq: number;
  hash: string;
}

export interface AuditFilter {
  action?: AuditAction | undefined;
  /** The user who did it, or that it is about. */
  userId?: string | undefined;
  turnId?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
}

export interface ChainCheck {
  /** The last row that fits. */
  head: AuditHead | null;
  /** How many rows were checked. */
  rows: number;
  /** The first that does not fit. */
  broken: { seq: number; why: string } | null;
}
