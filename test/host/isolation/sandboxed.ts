/** Runs commands in the sandbox of a session, as its agent would, with real bubblewrap. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { findSandbox } from '../../../src/daemon/isolation/find-sandbox.ts';
import type { Isolation } from '../../../src/host/isolation/isolation.ts';
import { type IsolationOptions, openIsolation } from '../../../src/host/isolation/open-isolation.ts';
import type { Launch } from '../../../src/host/tmux/setup.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

/** Why no sandbox can be made here; null where one can. */
const found = await findSandbox(process.env);
export const WHY_NO_SANDBOX = 'missing' in found ? found.missing : null;

export interface Sandboxes {
  /** Of the machine's owner: the sessions' homes, the shared directory and what is nobody else's lie in it. */
  root: string;
  shared: string;
  isolation: Isolation;
  /** What a shell command gives back in the session's sandbox. */
  run(session: string, script: string, launch?: Partial<Launch>): { status: number | null; out: string; err: string };
}

export async function sandboxes(options: Partial<IsolationOptions> = {}): Promise<Sandboxes> {
  const { path: root, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const shared = join(root, 'shared');
  mkdirSync(shared);
  writeFileSync(join(root, 'secret'), 'the owner’s secret');
  const isolation = openIsolation({
    level: 'sandbox',
    shared,
    homes: join(root, 'homes'),
    directory: join(root, 'isolation'),
    host: join(root, 'host'),
    forbidden: [],
    sandbox: 'program' in found ? found.program : null,
    read: [],
    way: null,
    ...options,
  });
  return {
    root,
    shared,
    isolation,
    run(session, script, launch = {}) {
      const { cwd } = isolation.prepare(session);
      const confined = isolation.confine(session, { argv: ['/bin/sh', '-c', script], cwd, env: {}, ...launch });
      const [program, ...args] = confined.argv;
      const env = { PATH: process.env.PATH, ...confined.env };
      const { status, stdout, stderr } = spawnSync(program, args, {
        cwd: confined.cwd,
        env,
        encoding: 'utf8',
        timeout: DEADLINE_MS,
        killSignal: 'SIGKILL',
      });
      return { status, out: stdout.trim(), err: stderr.trim() };
    },
  };
}

// A sandbox takes milliseconds; on a busy machine, a second.
const DEADLINE_MS = 30_000;
