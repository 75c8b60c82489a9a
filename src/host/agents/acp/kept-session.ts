/** Which session of the agent's own a conversation is. Beside the turns' logs, so that it survives the agent. */
import { join } from 'node:path';
import { z } from 'zod';
import { readIfExists, writeAtomically } from '../../../process/files.ts';

const shape = z.object({
  /** Ours. */
  conversation: z.string(),
  /** The agent's. */
  sessionId: z.string(),
  /** The agent's command: another agent does not know the session. */
  command: z.string(),
  /** The agent can take it up again. */
  resumes: z.boolean(),
  /** It has had the instructions. */
  instructed: z.boolean(),
});

export type KeptSession = z.infer<typeof shape>;

export function readKept(directory: string): KeptSession | null {
  try {
    return shape.parse(JSON.parse(readIfExists(join(directory, FILE)) ?? 'null'));
  } catch {
    return null; // of another version, or cut off
  }
}

export function writeKept(directory: string, kept: KeptSession): void {
  writeAtomically(join(directory, FILE), JSON.stringify(kept));
}

const FILE = 'acp-session.json';
