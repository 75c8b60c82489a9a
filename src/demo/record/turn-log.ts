/** The log of a turn: `<turnId>.jsonl`, one entry per line, each appended with a single write. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentLogEntry } from '../../contract/agent-log.ts';
import { cut } from './cut.ts';
import type { DemoRecorder } from './recorder.ts';

export function turnLog(directory: string, turnId: string): DemoRecorder {
  const file = join(directory, `${turnId}.jsonl`);
  const append = (entry: AgentLogEntry) => appendFileSync(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
  const record = (entry: AgentLogEntry) => {
    if (entry.event !== 'text') return append(entry);
    for (const delta of cut(entry.delta, MAX_DELTA_LENGTH)) append({ event: 'text', delta });
  };
  return { record, recordBytes: (bytes) => record({ event: 'text', delta: surrogateEscape(bytes) }) };
}

/**
 * JSON contains only text, so a byte that is not ASCII becomes half a surrogate pair, which is as invalid in a string
 * as the byte is in UTF-8.
 */
function surrogateEscape(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/[\x80-\xff]/g, (character) => String.fromCharCode(0xdc00 + character.charCodeAt(0)));
}

/** In UTF-16 units of at most three bytes each: 16 kB. */
const MAX_DELTA_LENGTH = Math.floor((16 * 1024) / 3);
