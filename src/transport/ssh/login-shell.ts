/**
 * sshd runs the forced command by the account's login shell, whose startup files come first, whoever logs in. What they print
 * is skipped; where they start another program in the shim's place, that program gets what was meant for the shim.
 */

import { shown } from './shown.ts';
import type { SshEnd } from './ssh-end.ts';

/** What came instead of the shim, and what to do; null where it is not the login shell's doing. */
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

// A shell takes the first line of the protocol for a command, and complains of it in its own words.
const OUR_WORDS = /jsonrpc/;
// tmux, screen, zellij and others.
const WANTS_TERMINAL =
  /\b(not a terminal|not a tty|must be (connected to|run from) a (terminal|tty)|standard input is not a tty)\b/i;
const REMEDY =
  'look at the startup files of the account’s login shell (bash: ~/.bashrc; zsh: ~/.zshenv; fish: ~/.config/fish/config.fish): what starts another program there must do so at a terminal only';
