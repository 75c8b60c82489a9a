/**
 * What the driver has to know about a session's agent while that runs: a file in the session's directory, to which
 * another kind of agent may have had write access before.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../../../process/files.ts';
import { ownFile } from '../../isolation/workspace.ts';
import { readOwnFile } from '../../own-file.ts';

const remembered = z.object({
  /** The port that its hooks call: as it was when the agent started. */
  port: z.int(),
  conversation: z.string(),
  /** The current conversation if somebody has changed it at the terminal; null: cleared, with no prompt since. */
  now: z.string().nullable().optional(),
  /** Background tasks, each with the turn that started it. */
  tasks: z.record(z.string(), z.string()).optional(),
  /**
   * The directory above its transcripts; missing if it was started before each session could have a home of its own.
   */
  transcripts: z.string().optional(),
  /** Up to version 0.1.0 the secret of its hooks was here. The relay does not accept it. */
  secret: z.string().optional(),
});
export type Remembered = z.infer<typeof remembered>;

/** Null before the first start of the session's agent. */
export function recall(directory: string): Remembered | null {
  try {
    return remembered.parse(JSON.parse(readOwnFile(join(directory, FILE), { maxBytes: MAX_BYTES }) ?? ''));
  } catch {
    return null;
  }
}

export function remember(directory: string, entry: Omit<Remembered, 'secret'>): void {
  writeAtomically(ownFile(join(directory, FILE)), JSON.stringify(entry));
}

/** Stores what has changed since the agent was started; does nothing if it never was. */
export function note(directory: string, change: Pick<Remembered, 'now' | 'tasks'>): void {
  const known = recall(directory);
  if (known !== null) writeAtomically(ownFile(join(directory, FILE)), JSON.stringify({ ...known, ...change }));
}

/** The current conversation, if the session's is `conversation`; null if it was cleared. */
export function conversationNow(known: Remembered | null, conversation: string): string | null {
  return known?.conversation !== conversation || known.now === undefined ? conversation : known.now;
}

const FILE = 'claude.json';
// Many times more than the file holds.
const MAX_BYTES = 64 * 1024;
