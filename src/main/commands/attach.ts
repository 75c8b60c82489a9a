import { spawn } from 'node:child_process';
import { findSession } from './find-session.ts';
import type { Settings } from './settings.ts';
import { withHost } from './with-host.ts';
import { withStore } from './with-store.ts';

/** Hands this terminal to tmux until the person leaves it. */
export async function attach(
  settings: Settings,
  user: string | undefined,
  options: { readOnly?: boolean },
): Promise<void> {
  const wanted = user ?? settings.config.values.PALIADIN_OWNER;
  const session = await withStore(settings, (store) => findSession(store, wanted));
  const [program = 'tmux', ...args] = await withHost(settings, (host) => host.attach(session.name));
  const child = spawn(program, options.readOnly ? [...args, '-r'] : args, { stdio: 'inherit' });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('exit', resolve);
  process.exitCode = (await promise) ?? 1;
}
