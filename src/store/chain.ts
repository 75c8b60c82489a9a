/** How each row of the audit log is chained to the row before, and which hash the log keeps of a text. */
import { createHash } from 'node:crypto';
import type { AuditRow } from '../contract/records/audit-log.ts';

/** Hash of everything in a row and the hash of the row before. `detail` is the JSON as it is stored. */
export function hashRow(row: Omit<AuditRow, 'hash' | 'detail'> & { detail: string }): string {
  const { seq, at, actor, action, subject, turnId, detail, contentHash, previous } = row;
  return sha256(JSON.stringify([seq, at, actor, action, subject, turnId, detail, contentHash, previous]));
}

/**
 * The log's hash of a text. The salt is stored beside the text and is deleted with it: without the salt nobody can find
 * out a short text by trying.
 */
export function hashContent(salt: string, content: readonly (string | null)[]): string {
  return sha256(JSON.stringify([salt, ...content]));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
