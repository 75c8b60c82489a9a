/** How the rows of the audit log hold on to each other, and what they remember of a text. */
import { createHash } from 'node:crypto';
import type { AuditRow } from '../contract/records/audit-log.ts';

/** Over everything that a row says, and the hash of the one before. `detail` is the JSON as it is stored. */
export function hashRow(row: Omit<AuditRow, 'hash' | 'detail'> & { detail: string }): string {
  const { seq, at, actor, action, subject, turnId, detail, contentHash, previous } = row;
  return sha256(JSON.stringify([seq, at, actor, action, subject, turnId, detail, contentHash, previous]));
}

/**
 * What the log remembers of what was said. The salt lies beside the text and is deleted with it: without it nobody finds
 * out by trying what a short text was.
 */
export function hashContent(salt: string, content: readonly (string | null)[]): string {
  return sha256(JSON.stringify([salt, ...content]));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
