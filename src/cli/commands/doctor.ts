import type { Check } from '../../contract/check.ts';
import { checksOf } from '../../setup/doctor/checks.ts';
import { examine } from '../../setup/doctor/examine.ts';
import { showCheck } from '../../setup/doctor/show.ts';
import { describeServer } from '../../store/open.ts';
import type { CommandContext } from '../context.ts';
import { readList } from './hosts.ts';

/** Prints each step as it is done. The exit code is 1 if one has failed. */
export async function doctor(context: CommandContext, { json }: { json?: boolean }): Promise<void> {
  const checks: Check[] = [];
  const add = (check: Check) => {
    checks.push(check);
    if (!json) context.terminal.print(showCheck(check));
  };
  const databaseUrl = context.config.values.PALIADIN_DATABASE_URL;
  if (databaseUrl !== undefined) add(await examineServer(databaseUrl));
  const listed = await readList(context).catch(() => []); // why the store can't be read was said above
  for await (const check of examine(context, listed)) add(check);
  const ok = checks.every((check) => check.ok);
  if (json) context.terminal.printJson({ ok, checks });
  if (!ok) context.exitWith();
}

/** Without opening the store: that would create its tables, or bring them up to date. */
async function examineServer(url: string): Promise<Check> {
  try {
    return passed('store', await describeServer(url));
  } catch (error) {
    return failedBy('store', error);
  }
}

const { passed, failedBy } = checksOf('gateway');
