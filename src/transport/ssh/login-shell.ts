/**
 * sshd runs the forced command through the account's login shell, which runs its startup files first, for every login.
 * What they print is skipped; if they start another program in place of the shim, that program gets the shim's input.
 */

import { shown } from './shown.ts';
import type { SshEnd } from './ssh-end.ts';

/** What came in place of the shim, and what to do; null if the login shell is not the cause. */
export function instead({ code, stderr, printed = '' }: SshEnd): string | null {
  const lines = stderr.split('\n');
  const obeyed = lines.find((line) => OUR_WORDS.test(line));
  if (obeyed !== undefined) return `another shell runs in the shim’s place (${shown(obeyed)}); ${REMEDY}`;
  const wants = lines.find((line) => WANTS_TERMINAL.test(line));
  if (wants !== undefined)
    return `a program that wants a terminal runs in the shim’s place (${shown(wants)}); ${REMEDY}`;
  if (code === 0) return `the shim ended with 0, if it ran at all (${inBrief(printed)}); ${REMEDY}`;
  if (code === null && printed !== '') return `nothing came of the shim (${inBrief(printed)}); ${REMEDY}`;
  return null;
}

/** Another shell has taken our first words for a command, and waits for the next: no reply will come. */
export function isObeyed(stderr: string): boolean {
  return OUR_WORDS.test(stderr);
}

function inBrief(printed: string): string {
  const text = shown(printed.replaceAll(/\s+/g, ' '));
  return text === '' ? 'nothing was printed' : `printed was: ${text}`;
}

// A shell takes the first line of the protocol for a command, and reports an error in its own words.
const OUR_WORDS = /jsonrpc/;
// tmux, screen, zellij and others.
const WANTS_TERMINAL =
  /\b(not a terminal|not a tty|must be (connected to|run from) a (terminal|tty)|standard input is not a tty)\b/i;
const REMEDY =
  'look at the startup files of the account’s login shell (bash: ~/.bashrc; zsh: ~/.zshenv; fish: ~/.config/fish/config.fish): what starts another program there must do so at a terminal only';
