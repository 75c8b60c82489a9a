/** What the account's authorized_keys allows a gateway's key to do. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Check } from '../../../contract/check.ts';
import { checksOf } from '../checks.ts';

/** For the lines that run the shim at this path; empty if it is reached in another way. */
export function examineKeyLines(env: Record<string, string>, shim: string): Check[] {
  const file = join(env.HOME ?? homedir(), '.ssh', 'authorized_keys');
  const lines = linesOf(file).filter((line) => line.includes(shim) && !line.startsWith('#'));
  if (lines.length === 0) return [];
  const open = lines.filter((line) => !/^restrict,command="/.test(line)).length;
  if (open === 0) return [passed('key lines', `${lines.length} in ${file}, each with restrict`)];
  const remedy = 'run `paliadin host add` again, or begin each with restrict,command="…"';
  return [failed('key lines', `${open} of ours in ${file} without restrict: that key may forward ports`, remedy)];
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/);
  } catch {
    return []; // sshd may have them elsewhere
  }
}

const { passed, failed } = checksOf('host');
