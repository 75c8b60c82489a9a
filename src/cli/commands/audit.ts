import { ConfigError } from '../../config/load.ts';
import type { Settings } from '../../config/settings.ts';
import { print, printJson } from '../../process/terminal.ts';
import { formatHead, parseHead } from '../../services/audit-log/head.ts';
import { withServices } from './with-services.ts';

/** Verifies the audit log and prints whether it is intact. Exit status 1 if it is not. */
export async function verifyAudit(settings: Settings, options: { head?: string; json?: boolean }): Promise<void> {
  const given = options.head === undefined ? null : parseHead(options.head);
  if (options.head !== undefined && given === null) {
    throw new ConfigError('--head is what `paliadin audit head` prints: a number, a colon, and 64 digits');
  }
  await withServices(settings, async ({ auditLog }) => {
    const contains = given === null ? undefined : { head: given, source: '--head' };
    const report = await auditLog.verify({ full: true, contains });
    const { intact, rows, head, broken, noted } = report;
    const problems = report.problems.map(({ seq, why }) => `row ${seq}: ${why}`);
    if (options.json) printJson({ intact, rows, head, broken, noted, problems });
    else if (intact) print(`${rows} rows, whole${head === null ? '' : `, up to ${formatHead(head)}`}`);
    else print([`${rows} rows are good, then the audit log is broken:`, ...problems.map((line) => `  ${line}`)]);
    if (!intact) process.exitCode = 1;
  });
}

/** Prints the end of the log, to be stored elsewhere. */
export async function showAuditHead(settings: Settings): Promise<void> {
  await withServices(settings, async ({ auditLog }) => {
    const head = await auditLog.head();
    if (head !== null) print(formatHead(head));
  });
}
