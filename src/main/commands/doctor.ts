import type { Check } from '../../contract/check.ts';
import { examine } from '../doctor/examine.ts';
import { showCheck } from '../doctor/show.ts';
import type { Settings } from './settings.ts';

/** Prints each step as it is done. The exit code is 1 where one has failed. */
export async function doctor(settings: Settings, { json }: { json?: boolean }): Promise<void> {
  process.umask(0o077);
  const checks: Check[] = [];
  for await (const check of examine(settings)) {
    checks.push(check);
    if (!json) process.stdout.write(showCheck(check));
  }
  const ok = checks.every((check) => check.ok);
  if (json) process.stdout.write(`${JSON.stringify({ ok, checks }, null, 2)}\n`);
  if (!ok) process.exitCode = 1;
}
