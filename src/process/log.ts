/** Logs: JSON, one object per line. People read them in terminals, so no character in them may act there. */
import { type Logger, pino } from 'pino';
import { escapeJson } from '../contract/escape.ts';

/** `to` is a file, created for its owner alone, or the number of an open one. Each line is written synchronously. */
export function openLog(to: string | number, level: string): Logger {
  const destination = pino.destination({ dest: to, mode: 0o600, sync: true });
  return pino({ level }, { write: (line) => void destination.write(escapeJson(line)) });
}
