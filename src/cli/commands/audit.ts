import { ConfigError } from '../../config/load.ts';
import type { Settings } from '../../config/settings.ts';
import type { AuditHead } from '../../contract/records/audit-log.ts';
import { notedHead, readHead, written } from '../../gateway/audit-head.ts';
import { print, printJson } from '../../process/terminal.ts';
import type { AuditStore } from '../../store/audit-store.ts';
import { withStore } from './with-store.ts';

/** Walks the audit log and says whether it is whole. Exit status 1 where it is not. */
export async function verifyAudit(settings: Settings, options: { head?: string; json?: boolean }): Promise<void> {
  const given = options.head === undefined ? null : readHead(options.head);
  if (options.head !== undefined && given === null) {
    throw new ConfigError('--head is what `paliadin audit head` prints: a number, a colon, and 64 digits');
  }
  await withStore(settings, async ({ audit }, { auditHead }) => {
    const { rows, head, broken } = await audit.verify({ contents: true });
    const noted = notedHead(auditHead);
    const problems = [
      ...(broken === null ? [] : [`row ${broken.seq}: ${broken.why}`]),
      ...(await missing(audit, noted, `${auditHead} says`)),
      ...(await missing(audit, given, '--head says')),
    ];
    const intact = problems.length === 0;
    if (options.json) printJson({ intact, rows, head, broken, noted, problems });
    else if (intact) print(`${rows} rows, whole${head === null ? '' : `, up to ${written(head)}`}`);
    else print([`${rows} rows are good, then the audit log is broken:`, ...problems.map((line) => `  ${line}`)]);
    if (!intact) process.exitCode = 1;
  });
}

/** Prints where the log ends, for whoever keeps that elsewhere. */
export async function showAuditHead(settings: Settings): Promise<void> {
  await withStore(settings, async ({ audit }) => {
    const head = await audit.head();
    if (head !== null) print(written(head));
  });
}

/** What is wrong where the log does not have the row that was noted as its last. */
async function missing(audit: AuditStore, noted: AuditHead | null, who: string): Promise<string[]> {
  if (noted === null) return [];
  const [row] = await audit.list({ before: noted.seq + 1, limit: 1 });
  if (row?.seq !== noted.seq) {
    return [`row ${(row?.seq ?? 0) + 1}: it is missing, and all after it: ${who} that the log reached ${noted.seq}`];
  }
  if (row.hash === noted.hash) return [];
  return [`row ${noted.seq}: it is not the one that was there: ${who} another hash, so the chain was made anew`];
}
