import type { Check } from '../../contract/check.ts';
import { examine } from '../../setup/doctor/examine.ts';
import { showCheck } from '../../setup/doctor/show.ts';
import type { CommandContext } from '../context.ts';

/** Prints each step as it is done. The exit code is 1 if one has failed. */
export async function doctor(context: CommandContext, { json }: { json?: boolean }): Promise<void> {
  const checks: Check[] = [];
  for await (const check of examine(context)) {
    checks.push(check);
    if (!json) context.terminal.print(showCheck(check));
  }
  const ok = checks.every((check) => check.ok);
  if (json) context.terminal.printJson({ ok, checks });
  if (!ok) context.exitWith();
}
