import { join } from 'node:path';
import type { Settings } from '../../config/settings.ts';
import { DATABASE_FILE } from '../../config/state-paths.ts';
import type { Check } from '../../contract/check.ts';
import { print, printJson } from '../../process/terminal.ts';
import { checksOf } from '../../setup/doctor/checks.ts';
import { examine } from '../../setup/doctor/examine.ts';
import { showCheck } from '../../setup/doctor/show.ts';
import { describeStore } from '../../store/open.ts';

/** Prints each step as it is done. The exit code is 1 if one has failed. */
export async function doctor(settings: Settings, { json }: { json?: boolean }): Promise<void> {
  process.umask(0o077);
  const checks: Check[] = [];
  const add = (check: Check) => {
    checks.push(check);
    if (!json) print(showCheck(check));
  };
  add(await examineStore(settings));
  for await (const check of examine(settings)) add(check);
  const ok = checks.every((check) => check.ok);
  if (json) printJson({ ok, checks });
  if (!ok) process.exitCode = 1;
}

/** Without opening it: that would create it, or bring it up to date. */
async function examineStore({ config: { values } }: Settings): Promise<Check> {
  try {
    const file = join(values.PALIADIN_STATE_DIR, DATABASE_FILE);
    return passed('store', await describeStore({ url: values.PALIADIN_DATABASE_URL, file }));
  } catch (error) {
    return failedBy('store', error);
  }
}

const { passed, failedBy } = checksOf('gateway');
