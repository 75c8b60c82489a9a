import { ConfigError } from '../../config/load.ts';
import { formatHead, parseHead } from '../../services/audit-log/head.ts';
import type { CommandContext } from '../context.ts';
import { withServices } from './with-services.ts';

/** Verifies the audit log and prints whether it is intact. Exit status 1 if it is not. */
export async function verifyAudit(context: CommandContext, options: { head?: string; json?: boolean }): Promise<void> {
  const given = options.head === undefined ? null : parseHead(options.head);
  if (options.head !== undefined && given === null) {
    throw new ConfigError('--head is what `paliadin audit head` prints: a number, a colon, and 64 digits');
  }
  await withServices(context, async ({ auditLog }) => {
    const contains = given === null ? undefined : { head: given, source: '--head' };
    const report = await auditLog.verify({ full: true, contains });
    const { intact, rows, head, broken, noted } = report;
    const problems = report.problems.map(({ seq, why }) => `row ${seq}: ${why}`);
    if (options.json) context.terminal.printJson({ intact, rows, head, broken, noted, problems });
    else if (intact) context.terminal.print(`${rows} rows, whole${head === null ? '' : `, up to ${formatHead(head)}`}`);
    else
      context.terminal.print([
        `${rows} rows are good, then the audit log is broken:`,
        ...problems.map((line) => `  ${line}`),
      ]);
    if (!intact) context.exitWith();
  });
}

/** Prints the end of the log, to be stored elsewhere. */
export async function showAuditHead(context: CommandContext): Promise<void> {
  await withServices(context, async ({ auditLog }) => {
    const head = await auditLog.head();
    if (head !== null) context.terminal.print(formatHead(head));
  });
}
