/** Looks at a session's terminal, as its owner can. */
import { spawnSync } from 'node:child_process';
import type { Machine } from './machine.ts';

/** What the terminal shows; or what another command of tmux prints. */
export function screenOf(machine: Machine, session: string, ...command: string[]): string {
  const args = command.length === 0 ? ['capture-pane', '-p'] : command;
  return spawnSync('tmux', ['-S', machine.person(session).tmuxSocket, ...args], { encoding: 'utf8' }).stdout;
}
