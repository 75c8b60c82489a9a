import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signal, startedBelow } from './processes.ts';

/**
 * A directory of its own, with a path short enough for sockets below it. What is left of it when the tests' process ends,
 * even by force, goes together with all that was started for it: daemons, terminals and agents outlive whoever started them.
 */
export async function temporaryDirectory(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'pal-'));
  tell(`+${path}`);
  return {
    path,
    async remove() {
      // A daemon that was just being started when its gateway ended has not written its number anywhere yet.
      for (const pid of startedBelow(path)) signal(pid, 'SIGKILL');
      // A process that is just ending may still write a file while its directory goes.
      await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
      tell(`-${path}`);
    },
  };
}

let clearing: ChildProcess | null = null;

function tell(line: string): void {
  clearing ??= startClearing();
  clearing.stdin?.write(`${line}\n`);
}

/** In nobody's way: it holds up no end, and a signal to all of the tests' processes passes it by. */
function startClearing(): ChildProcess {
  const child = spawn('sh', [CLEAR_AWAY], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.unref();
  child.stdin.on('error', () => {});
  (child.stdin as typeof child.stdin & { unref(): void }).unref();
  return child;
}

const CLEAR_AWAY = fileURLToPath(new URL('programs/clear-away.sh', import.meta.url));
