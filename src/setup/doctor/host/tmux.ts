/** Which tmux is installed, and what is known about that version. */
import type { Check } from '../../../contract/check.ts';
import { findProgram } from '../../../process/find-program.ts';
import { outputOf } from '../../../process/output-of.ts';
import { checksOf } from '../checks.ts';

export async function examineTmux(env: Record<string, string>): Promise<Check> {
  const program = findProgram('tmux', env);
  if (program === null) {
    return failed(
      'tmux',
      'tmux is not found on PATH',
      'install it (3.3 or newer), or correct PATH; a remote host has it in host.env',
    );
  }
  const said = await outputOf(program, ['-V'], env).catch((error: Error) => error);
  if (said instanceof Error) return failed('tmux', `${program} does not run: ${said.message}`, 'install it anew');
  return judgeTmux(said, program);
}

/** `said` is the output of `tmux -V`: `tmux 3.3a`, `tmux next-3.6`, `tmux master`. */
export function judgeTmux(said: string, program: string): Check {
  const found = `${said} (${program})`;
  const [, major = '', minor = ''] = /(\d+)\.(\d+)/.exec(said) ?? [];
  const version = Number(major) * 100 + Number(minor);
  if (version === 0) return passed('tmux', found); // built from its newest source
  if (version < OLDEST) return failed('tmux', `${found} is too old`, 'install tmux 3.3 or newer');
  if (version < SURVIVES_A_PASTE) return passed('tmux', found, PASTE_DEFECT);
  return passed('tmux', found);
}

const { passed, failed } = checksOf('host');
// The oldest version that was tested.
const OLDEST = 303;
const SURVIVES_A_PASTE = 304;
const PASTE_DEFECT =
  'before 3.4 a paste into a terminal whose program has ended kills tmux; Paliadin looks first, and an update rules it out';
