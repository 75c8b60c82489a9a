/** Formats checks for a person: one line each, and below it what to do. */
import type { Check } from '../../contract/check.ts';
import { escapeForTerminal } from '../../contract/escape.ts';

/** One line, and one for the remedy. A host's text may contain anything. */
export function showCheck({ step, side, ok, found, remedy }: Check): string[] {
  const line = `${ok ? '✓' : '✗'} ${side.padEnd(7)}  ${oneLine(step).padEnd(STEP_WIDTH)}  ${oneLine(found)}`;
  return remedy === null ? [line] : [line, `${INDENT}→ ${oneLine(remedy)}`];
}

function oneLine(text: string): string {
  return escapeForTerminal(text.replaceAll(/\s+/g, ' ').trim());
}

// The longest step's name.
const STEP_WIDTH = 14;
const INDENT = ' '.repeat(2 + 7 + 2 + STEP_WIDTH + 2);
