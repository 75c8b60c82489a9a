/** Ends what a gateway leaves running on purpose: the daemon, the relay, the tmux servers and the agents in them. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { nameOf, signal, startedFor } from './processes.ts';

export async function endHost(directory: string): Promise<void> {
  const pid = Number(await readFile(join(directory, 'daemon.pid'), 'utf8').catch(() => '0'));
  // The number could be somebody else's by now: only a process that was started for this directory is ended.
  if (pid > 0 && (await isDaemonOf(pid, directory))) await endDaemon(pid, directory);
  await endRelay(directory);
  const sockets = await readdir(join(directory, 'tmux')).catch(() => []);
  for (const socket of sockets) endServer(join(directory, 'tmux', socket));
}

/** Nothing happens where none runs. */
export async function endRelay(directory: string): Promise<void> {
  const pid = Number(await readFile(join(directory, 'relay.pid'), 'utf8').catch(() => '0'));
  const isRelay = async () => (await argumentsOf(pid)).at(-1) === directory;
  if (pid <= 0 || !(await isRelay())) return;
  process.kill(pid, 'SIGKILL');
  while (await isRelay()) await delay(5);
}

async function argumentsOf(pid: number): Promise<string[]> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0').slice(0, -1);
}

/**
 * Ends all of tmux that was started for this socket: asked to end, 3.3a waits for all its clients, and never lets go of one
 * whose reader was killed; and one that a test has stopped is not even to be asked.
 */
export function endServer(socket: string): void {
  for (const pid of startedFor(socket)) if (nameOf(pid)?.startsWith('tmux')) signal(pid, 'SIGKILL');
}

async function isDaemonOf(pid: number, directory: string): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  return environment.split('\0').some((entry) => entry === `PALIADIN_STATE_DIR=${join(directory, '..')}`);
}

async function endDaemon(pid: number, directory: string): Promise<void> {
  process.kill(pid, 'SIGKILL');
  // Nothing tells of the end of a process that is not our child. Its number stays taken until its parent asks
  // for it, but what it was started with is gone at once.
  while (await isDaemonOf(pid, directory)) await delay(5);
}
