/** Chooses where a prompt's turn is recorded. */
import { type DemoRecorder, screenOnly } from './recorder.ts';
import { replyFile } from './reply-file.ts';
import { turnLog } from './turn-log.ts';

export interface Keeping {
  logDirectory: string | null;
  /** The answer goes to the file that the envelope names, and there is no log. */
  replyFiles: boolean;
}

export function openRecorder(
  prompt: { turnId: string | null; replyFile: string | null },
  keeping: Keeping,
): DemoRecorder {
  if (prompt.turnId === null) return screenOnly; // the owner typed it and reads the screen
  if (keeping.replyFiles) return prompt.replyFile === null ? screenOnly : replyFile(prompt.replyFile);
  return keeping.logDirectory === null ? screenOnly : turnLog(keeping.logDirectory, prompt.turnId);
}
