import { spawn } from 'node:child_process';
import { shellQuoted } from '../host-setup/shell-quoted.ts';
import { note, print } from '../terminal.ts';
import { findSession } from './find-session.ts';
import type { Settings } from './settings.ts';
import { withHost } from './with-host.ts';
import { withStore } from './with-store.ts';

/** Hands this terminal to tmux until the person leaves it. Of a host behind ssh, the command is printed. */
export async function attach(
  settings: Settings,
  user: string | undefined,
  options: { readOnly?: boolean },
): Promise<void> {
  const wanted = user ?? settings.config.values.PALIADIN_OWNER;
  const session = await withStore(settings, (store) => findSession(store, wanted));
  const [program = 'tmux', ...args] = await withHost(settings, (host) => host.attach(session.name));
  if (options.readOnly) args.push('-r');
  if (settings.config.values.PALIADIN_REMOTE_HOST !== undefined) return tell([program, ...args]);
  const child = spawn(program, args, { stdio: 'inherit' });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('exit', resolve);
  process.exitCode = (await promise) ?? 1;
}

/** The gateway's key gets no terminal on the host: whoever has one there runs it. */
function tell(command: string[]): void {
  note('the terminal is on the host; run this there, or with `ssh -t` and your own access:');
  print(command.map(shellQuoted).join(' '));
}
