/** Logs: JSON, one object a line. Lines are looked at in terminals, so nothing in them acts there. */
import { type Logger, pino } from 'pino';
import { escapeJson } from '../contract/escape.ts';

/** `to` is a file, made for its owner alone, or the number of an open one. Each line is written before anything goes on. */
export function openLog(to: string | number, level: string): Logger {
  const destination = pino.destination({ dest: to, mode: 0o600, sync: true });
  return pino({ level }, { write: (line) => void destination.write(escapeJson(line)) });
}
