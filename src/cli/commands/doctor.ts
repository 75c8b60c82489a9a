import type { Settings } from '../../config/settings.ts';
import type { Check } from '../../contract/check.ts';
import { print, printJson } from '../../process/terminal.ts';
import { examine } from '../../setup/doctor/examine.ts';
import { showCheck } from '../../setup/doctor/show.ts';

/** Prints each step as it is done. The exit code is 1 if one has failed. */
export async function doctor(settings: Settings, { json }: { json?: boolean }): Promise<void> {
  process.umask(0o077);
  const checks: Check[] = [];
  for await (const check of examine(settings)) {
    checks.push(check);
    if (!json) print(showCheck(check));
  }
  const ok = checks.every((check) => check.ok);
  if (json) printJson({ ok, checks });
  if (!ok) process.exitCode = 1;
}
