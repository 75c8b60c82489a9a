/**
 * Where the audit log ends, written down beside the database: rows that somebody takes from its end are missed, and so is
 * a chain that was computed anew.
 */
import type { AuditHead } from '../contract/records/audit-log.ts';
import { readIfExists, replaceFile } from '../process/files.ts';
import { formatHead, parseHead } from '../services/audit-log/head.ts';
import type { KnownHead } from '../services/audit-log/verify.ts';
import type { AuditStore } from '../store/audit-store.ts';

/** Writes the head down where it has moved on. */
export async function noteHead(audit: Pick<AuditStore, 'head'>, file: string): Promise<AuditHead | null> {
  const head = await audit.head();
  // A file that is ahead is what tells of rows that are gone: it is not taken back.
  if (head !== null && head.seq > (notedHead(file)?.head.seq ?? 0)) replaceFile(file, `${formatHead(head)}\n`, 0o600);
  return head;
}

/** What was written down; null where nothing was. */
export function notedHead(file: string): KnownHead | null {
  const head = parseHead(readIfExists(file)?.trim() ?? '');
  return head && { head, source: file };
}

export interface HeadKeeper {
  close(): Promise<void>;
}

/** Notes it as long as the gateway runs; `log` is told once an hour, for whoever keeps the log elsewhere. */
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

// Rows that are younger than this may be taken from the end without being missed.
const NOTE_MS = 2_000;
const LOG_MS = 3_600_000;
