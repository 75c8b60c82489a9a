import { CONTROLS } from '../../contract/sanitise.ts';

/** Text from another machine, for logs and pages: one line, no control characters, bounded. */
export function shown(line: string): string {
  return line.replace(CONTROLS, '').trim().slice(0, 300);
}
