/** The reply file: the whole answer; it appears when the answer is finished, and not before. */
import { writeAtomically } from '../../process/files.ts';
import type { DemoRecorder } from './recorder.ts';

export function replyFile(file: string): DemoRecorder {
  const pieces: (string | Uint8Array)[] = [];
  return {
    record(entry) {
      if (entry.event === 'text') pieces.push(entry.delta);
      if (entry.event === 'stop') writeAtomically(file, Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
    },
    recordBytes: (bytes) => void pieces.push(bytes),
  };
}
