import { spawn } from 'node:child_process';
import { shellQuoted } from '../../setup/shell-quoted.ts';
import { withHost } from '../../setup/with-host.ts';
import type { CommandContext } from '../context.ts';
import { chooseHost, reachableHosts } from './hosts.ts';
import { withServices } from './with-services.ts';

/** Hands this terminal to tmux until the person detaches. For a host behind ssh, it prints the command instead. */
export async function attach(
  context: CommandContext,
  user: string | undefined,
  options: { readOnly?: boolean },
): Promise<void> {
  const wanted = user ?? context.config.values.PALIADIN_OWNER;
  const { session, host } = await withServices(context, async ({ sessions, hostList }) => {
    const found = await sessions.find(wanted);
    return { session: found, host: chooseHost(reachableHosts(context, await hostList.list()), found.host) };
  });
  const [program = 'tmux', ...args] = await withHost(context, host.listed, (channel) => channel.attach(session.name));
  if (options.readOnly) args.push('-r');
  const TERM = terminalType(context.env.TERM);
  if (host.listed !== null || context.config.values.PALIADIN_REMOTE_HOST !== undefined) {
    return tell(context, [...(TERM === context.env.TERM ? [] : ['env', `TERM=${TERM}`]), program, ...args]);
  }
  const child = spawn(program, args, { stdio: 'inherit', env: { ...context.env, TERM } });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('exit', resolve);
  context.exitWith((await promise) ?? 1);
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
function tell({ terminal }: CommandContext, command: string[]): void {
  terminal.note('the terminal is on the host; run this there, or with `ssh -t` and your own access:');
  terminal.print(command.map(shellQuoted).join(' '));
}
