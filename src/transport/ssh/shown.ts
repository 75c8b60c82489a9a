import { CONTROLS } from '../../contract/sanitise.ts';

/** What another machine said goes to logs and pages: one line, no control characters, not endless. */
export function shown(line: string): string {
  return line.replace(CONTROLS, '').trim().slice(0, 300);
}
