/**
 * The log that is kept of each turn from what Claude Code's hooks tell: the same as the demo agent's, and what only
 * Claude Code needs. It is written by the daemon, and read by `watch` from the beginning each time.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { agentLogEntry } from '../../../contract/agent-log.ts';
import { turnNotices } from '../../../contract/turn.ts';

const ownEntry = z.discriminatedUnion('event', [
  /** Went on in the conversation before the turn, and is nobody's turn. */
  z.object({ event: z.literal('notice'), notice: z.enum(turnNotices) }),
  /** The id by which hooks and transcript call what the turn set off. A turn has several where tasks go on behind it. */
  z.object({
    event: z.literal('bound'),
    promptId: z.string(),
    transcript: z.string(),
    /** Of the person who asks. */
    locale: z.string().optional(),
  }),
  /** What waits for an approval: see `OpenApproval`. */
  z.object({
    event: z.literal('asker'),
    approval: z.string(),
    call: z.string().nullable(),
    toolUse: z.string().optional(),
    helper: z.string().optional(),
  }),
  /** A tool has run. */
  z.object({ event: z.literal('ran'), tool: z.string(), ms: z.number() }),
  /** Something was missed: from here on only the transcript has the text. */
  z.object({ event: z.literal('gap') }),
  /** A message has begun, and no tool was called since the one before: that may have broken, and been given anew. */
  z.object({ event: z.literal('again') }),
  /** The agent has stopped, and something that it started in the background may make it go on. */
  z.object({ event: z.literal('paused') }),
  /** The agent has stopped, unless a hook of the owner's sends it on: the transcript tells. */
  z.object({ event: z.literal('stopping') }),
]);

const logEntry = z.union([ownEntry, agentLogEntry]);
export type LogEntry = z.infer<typeof logEntry>;

export function logFile(directory: string, turnId: string): string {
  return join(directory, `${turnId}.jsonl`);
}

/** In one write, so that a reader sees all of them or none. */
export function appendToLog(file: string, entries: LogEntry[]): void {
  if (entries.length === 0) return;
  appendFileSync(file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''), { mode: 0o600 });
}

export function readLog(file: string): LogEntry[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return []; // no turn of ours, or none yet
  }
  return text.split('\n').flatMap((line) => parseEntry(line) ?? []);
}

/** Null for what can't be read, as a line that was cut by a crash. */
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
