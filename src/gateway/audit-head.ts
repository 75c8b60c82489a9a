/**
 * The end of the audit log, saved in a file beside the database, so that rows that are deleted from its end, or a chain
 * that was recomputed, are detected.
 */
import type { AuditHead } from '../contract/records/audit-log.ts';
import { readIfExists, replaceFile } from '../process/files.ts';
import { formatHead, parseHead } from '../services/audit-log/head.ts';
import type { KnownHead } from '../services/audit-log/verify.ts';
import type { AuditStore } from '../store/audit-store.ts';

/** Saves the head if the log has grown. */
export async function noteHead(audit: Pick<AuditStore, 'head'>, file: string): Promise<AuditHead | null> {
  const head = await audit.head();
  // A file that is ahead of the log is the evidence of deleted rows, so it is never set back.
  if (head !== null && head.seq > (notedHead(file)?.head.seq ?? 0)) replaceFile(file, `${formatHead(head)}\n`, 0o600);
  return head;
}

/** The saved head; null where there is none. */
export function notedHead(file: string): KnownHead | null {
  const head = parseHead(readIfExists(file)?.trim() ?? '');
  return head && { head, source: file };
}

export interface HeadKeeper {
  close(): Promise<void>;
}

/**
 * Saves it as long as the gateway runs; also writes it to `log` once an hour, for owners who collect the log elsewhere.
 */
export function keepHead(
  audit: Pick<AuditStore, 'head'>,
  file: string,
  log: (head: string) => void,
  onError: (what: string, error: unknown) => void,
): HeadKeeper {
  let logged: string | null = null;
  const note = async (tell: boolean) => {
    try {
      const head = await noteHead(audit, file);
      if (!tell || head === null || formatHead(head) === logged) return;
      logged = formatHead(head);
      log(logged);
    } catch (error) {
      onError('where the audit log ends was not noted', error);
    }
  };
  const timers = [setInterval(() => note(false), NOTE_MS).unref(), setInterval(() => note(true), LOG_MS).unref()];
  void note(true);
  return {
    async close() {
      for (const timer of timers) clearInterval(timer);
      await note(true);
    },
  };
}

// Rows younger than this can be deleted from the end without being detected.
const NOTE_MS = 2_000;
const LOG_MS = 3_600_000;
