/** The end of the audit log in the form that people and files keep it: `<seq>:<hash>`. */
import type { AuditHead } from '../../contract/records/audit-log.ts';

export function formatHead({ seq, hash }: AuditHead): string {
  return `${seq}:${hash}`;
}

/** Null for text that is not a head. */
export function parseHead(text: string): AuditHead | null {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  return seq === undefined || hash === undefined ? null : { seq: Number(seq), hash };
}
