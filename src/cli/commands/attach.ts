import { spawn } from 'node:child_process';
import type { Settings } from '../../config/settings.ts';
import { note, print } from '../../process/terminal.ts';
import { shellQuoted } from '../../setup/shell-quoted.ts';
import { withHost } from '../../setup/with-host.ts';
import { withServices } from './with-services.ts';

/** Hands this terminal to tmux until the person detaches. For a host behind ssh, it prints the command instead. */
export async function attach(
  settings: Settings,
  user: string | undefined,
  options: { readOnly?: boolean },
): Promise<void> {
  const wanted = user ?? settings.config.values.PALIADIN_OWNER;
  const session = await withServices(settings, ({ sessions }) => sessions.find(wanted));
  const [program = 'tmux', ...args] = await withHost(settings, (host) => host.attach(session.name));
  if (options.readOnly) args.push('-r');
  const TERM = terminalType(settings.env.TERM);
  if (settings.config.values.PALIADIN_REMOTE_HOST !== undefined) {
    return tell([...(TERM === settings.env.TERM ? [] : ['env', `TERM=${TERM}`]), program, ...args]);
  }
  const child = spawn(program, args, { stdio: 'inherit', env: { ...settings.env, TERM } });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('exit', resolve);
  process.exitCode = (await promise) ?? 1;
}

/**
 * The terminal name for tmux. Newer terminals set names that few machines have a description of, and understand what
 * `xterm-256color` does.
 */
export function terminalType(name: string | undefined): string {
  return name !== undefined && DESCRIBED.test(name) ? name : 'xterm-256color';
}

// ncurses includes these everywhere.
const DESCRIBED = /^(xterm(-(16|256)?color)?|(screen|tmux)(-256color)?|linux|rxvt(-unicode(-256color)?)?|vt\d{3})$/;

/** The gateway's key gets no terminal on the host: a person with a terminal there runs the command. */
function tell(command: string[]): void {
  note('the terminal is on the host; run this there, or with `ssh -t` and your own access:');
  print(command.map(shellQuoted).join(' '));
}
