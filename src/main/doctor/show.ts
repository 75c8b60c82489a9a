/** Checks as a person reads them: a line each, and below it what to do. */
import type { Check } from '../../contract/check.ts';
import { CONTROLS } from '../../contract/sanitise.ts';

export function showCheck({ step, side, ok, found, remedy }: Check): string {
  const line = `${ok ? '✓' : '✗'} ${side.padEnd(7)}  ${step.padEnd(STEP_WIDTH)}  ${oneLine(found)}`;
  return remedy === null ? `${line}\n` : `${line}\n${INDENT}→ ${oneLine(remedy)}\n`;
}

/** A host's words may be anything. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replace(CONTROLS, '').trim();
}

// The longest step's name.
const STEP_WIDTH = 14;
const INDENT = ' '.repeat(2 + 7 + 2 + STEP_WIDTH + 2);
