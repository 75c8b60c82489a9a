/**
 * The log of each turn, written from Claude Code's hooks: the same entries as the demo agent's, and some that only
 * Claude Code needs. The daemon writes it, and `watch` reads it from the beginning each time.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { agentLogEntry } from '../../../contract/agent-log.ts';
import { turnNotices } from '../../../contract/turn.ts';
import { noteWrite } from '../watch-file.ts';

const ownEntry = z.discriminatedUnion('event', [
  /** Happened in the conversation before the turn, and belongs to no turn. */
  z.object({ event: z.literal('notice'), notice: z.enum(turnNotices) }),
  /**
   * The id that hooks and transcript use for what the turn triggers. A turn has several if background tasks continue
   * it.
   */
  z.object({
    event: z.literal('bound'),
    promptId: z.string(),
    transcript: z.string(),
    /** The language of the person who asks. */
    locale: z.string().optional(),
  }),
  /** A request that waits for an approval: see `OpenApproval`. */
  z.object({
    event: z.literal('asker'),
    approval: z.string(),
    call: z.string().nullable(),
    toolUse: z.string().optional(),
    helper: z.string().optional(),
  }),
  /** A tool has run. */
  z.object({ event: z.literal('ran'), tool: z.string(), ms: z.number() }),
  /** A report is missing: from here on only the transcript has the text. */
  z.object({ event: z.literal('gap') }),
  /**
   * A message has begun, and no tool was called since the one before: that one may have failed, and this one may repeat
   * it.
   */
  z.object({ event: z.literal('again') }),
  /** The agent has stopped, and a task that it started in the background may make it continue. */
  z.object({ event: z.literal('paused') }),
  /** The agent has stopped, unless a hook of the owner's makes it continue: the transcript says which. */
  z.object({ event: z.literal('stopping') }),
]);

const logEntry = z.union([ownEntry, agentLogEntry]);
export type LogEntry = z.infer<typeof logEntry>;

export function logFile(directory: string, turnId: string): string {
  return join(directory, `${turnId}.jsonl`);
}

/** In one write, so that a reader sees all of the entries or none. */
export function appendToLog(file: string, entries: LogEntry[]): void {
  if (entries.length === 0) return;
  appendFileSync(file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { mode: 0o600 });
  noteWrite(file);
}

export function readLog(file: string): LogEntry[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return []; // not a turn of ours, or nothing logged yet
  }
  return text.split('\n').flatMap((line) => parseEntry(line) ?? []);
}

/** Null for what can't be read, such as a line that a crash cut off. */
export function parseEntry(line: string): LogEntry | null {
  try {
    return logEntry.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

export function isEnd({ event }: LogEntry): boolean {
  return event === 'stop' || event === 'failure' || event === 'interrupted';
}
