/** The reply file: the whole answer, there when it is finished and not before. */
import { renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Recorder } from './recorder.ts';

export function replyFile(file: string): Recorder {
  const pieces: (string | Uint8Array)[] = [];
  return {
    record(entry) {
      if (entry.event === 'text') pieces.push(entry.delta);
      if (entry.event === 'stop') writeWhole(file, Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
    },
    recordBytes: (bytes) => void pieces.push(bytes),
  };
}

/** Writes beside the file and renames, so that nobody ever reads half of it. */
export function writeWhole(file: string, content: string | Uint8Array): void {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  writeFileSync(temporary, content, { mode: 0o600 });
  renameSync(temporary, file);
}
