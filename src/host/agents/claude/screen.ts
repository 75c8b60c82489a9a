/** What only Claude Code's screen shows. */
import type { ToolProgress } from '../../../contract/turn.ts';
import type { Screen } from '../../tmux/pane.ts';
import { claudeBackground, claudeBusy } from '../claude-code.ts';
import type { Reading } from '../reading.ts';
import { readScreen } from '../screen.ts';
import { wordsOf } from './words.ts';

export function readClaude(screen: Screen): Reading {
  const reading = readScreen(screen, claudeBusy);
  if (reading.state !== 'dialog') return reading;
  if (REWIND.test(screen.lines.join('\n'))) return { ...reading, harmless: true };
  const known = DIALOGS.find(([pattern]) => pattern.test(reading.text));
  return known === undefined ? reading : { ...reading, text: `${known[1]} (${reading.text})` };
}

/** Idle, and nothing that it started runs in the background. */
export function claudeRests(screen: Screen): boolean {
  return readClaude(screen).state === 'ready' && !claudeBackground.test(screen.lines.join('\n'));
}

/** The model's service does not respond, and Claude Code retries: no hook reports that. */
export function retrying(screen: Screen, locale: string | null): ToolProgress | null {
  if (readClaude(screen).state !== 'busy') return null;
  const line = screen.lines.findLast((one) => RETRYING.test(one)) ?? '';
  const [, attempt, of] = RETRYING.exec(line) ?? [];
  if (attempt === undefined || of === undefined) return null;
  return { id: 'retrying', title: wordsOf(locale).retrying(attempt, of), status: 'running' };
}

// After the spinner's star: text of the answer begins with a dot or is indented.
const RETRYING = /^[^\s●❯] .*retrying in \d+s · attempt (\d+)\/(\d+)/i;

// Two Escapes open this menu.
const REWIND = /restore the code and\/or conversation/i;

const DIALOGS: [RegExp, string][] = [
  [/select login method|sign in to|paste code here/i, 'Claude Code is not signed in; sign in at the terminal'],
  [
    /do you trust|quick safety check|trust this folder/i,
    'Claude Code asks whether to trust its directory; answer at the terminal',
  ],
  [
    /choose the (text|option) style|let.s get started/i,
    'Claude Code was never set up; go through its first start at the terminal',
  ],
  [/limit to reset/i, 'Claude Code’s usage limit is reached; answer at the terminal'],
];
