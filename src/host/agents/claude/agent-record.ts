/**
 * What the driver has to know about a session's agent while that runs: a file in the session's directory, to which
 * another kind of agent may have had write access before.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../../../process/files.ts';
import { ownFile } from '../../isolation/workspace.ts';
import { readOwnFile } from '../../own-file.ts';

const agentRecord = z.object({
  /** Where its hooks call: as it was when the agent started. */
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
export type AgentRecord = z.infer<typeof agentRecord>;

/** Null before the session's agent was started for the first time. */
export function readAgentRecord(directory: string): AgentRecord | null {
  try {
    return agentRecord.parse(JSON.parse(readOwnFile(join(directory, FILE), { maxBytes: MAX_BYTES }) ?? ''));
  } catch {
    return null;
  }
}

export function writeAgentRecord(directory: string, entry: Omit<AgentRecord, 'secret'>): void {
  writeAtomically(ownFile(join(directory, FILE)), JSON.stringify(entry));
}

/** What has changed since it was started; nothing where it never was. */
export function changeAgentRecord(directory: string, change: Pick<AgentRecord, 'now' | 'tasks'>): void {
  const known = readAgentRecord(directory);
  if (known !== null) writeAtomically(ownFile(join(directory, FILE)), JSON.stringify({ ...known, ...change }));
}

/** The conversation that goes on, where the session's is `conversation`; null where it was cleared. */
export function conversationNow(known: AgentRecord | null, conversation: string): string | null {
  return known?.conversation !== conversation || known.now === undefined ? conversation : known.now;
}

const FILE = 'claude.json';
// Many times more than the file holds.
const MAX_BYTES = 64 * 1024;
