/** A program that talks over its standard streams, and ends with us, however we end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';

export interface GuardedChild {
  readonly pid: number;
  /** Its standard input and output. */
  readonly stream: Duplex;
  /** How it ended; null while it runs. */
  readonly end: string | null;
  /** Resolves with how it ended. Its processes are gone then. */
  readonly ended: Promise<string>;
  /** The last line of its standard error, shortened. */
  lastWords(): string;
  /**
   * Ends it with all processes of its group: asks by the end of its input, and kills after `graceMs`. `why` is told as how
   * it ended.
   */
  kill(graceMs?: number, why?: string): Promise<void>;
}

/** @throws Error with the system's code, such as `ENOENT`, if it can't be started */
export async function spawnGuarded(
  argv: readonly [string, ...string[]],
  { cwd, env }: { cwd: string; env: Record<string, string> },
): Promise<GuardedChild> {
  const child = spawn('/bin/sh', ['-c', GUARD, 'sh', ...argv], {
    cwd,
    env,
    // A group of its own, of which it is the leader.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  return guarded(child, child.pid ?? 0);
}

function guarded(child: ChildProcess, pid: number): GuardedChild {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new TypeError('a guarded child has three pipes');
  const ended = Promise.withResolvers<string>();
  let end: string | null = null;
  let words = '';
  let reason: string | null = null;
  stdin.on('error', () => {}); // it has ended, which `ended` reports
  for (const pipe of child.stdio) pipe?.on('error', () => {});
  stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-MAX_WORDS);
  });
  child.once('exit', (status, signal) => {
    end = reason ?? (signal === null ? `exit status ${status}` : `signal ${signal}`);
    killGroup(pid); // the guard is of the group, so that its number can't be another's yet
    ended.resolve(end);
  });

  return {
    pid,
    stream: Duplex.from({ readable: stdout, writable: stdin }).on('error', () => {}),
    get end() {
      return end;
    },
    ended: ended.promise,
    lastWords: () => lastLine(words),
    async kill(graceMs = 0, why?: string) {
      if (end !== null) return;
      reason ??= why ?? null;
      stdin.end();
      const timer = setTimeout(() => killGroup(pid), graceMs);
      await ended.promise;
      clearTimeout(timer);
    },
  };
}

/** Does nothing if no process of the group is left. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // gone already
  }
}

function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/\p{Cc}\[[\d;]*m|\p{Cc}/gu, '').trim());
  const last = lines.findLast((line) => line !== '') ?? '';
  return last.replace(/\b(sk|key|Bearer)[-_ ]\S+/gi, '…').slice(0, MAX_LINE);
}

/**
 * The fourth stream is a pipe that nobody writes to: it ends with us, and then the guard kills the group. The program
 * replaces the shell, so that its signals and its exit status are its own.
 */
const GUARD = [
  '{ read -r nothing <&3; kill -KILL 0; } </dev/null >/dev/null 2>&1 &',
  'exec 3<&-',
  // If memory runs out, an agent is killed before any other process of the machine.
  'echo 1000 2>/dev/null >/proc/self/oom_score_adj',
  'ulimit -c 0',
  'ulimit -n 8192 2>/dev/null',
  'exec "$@"',
].join('\n');

const MAX_WORDS = 4096;
const MAX_LINE = 200;
