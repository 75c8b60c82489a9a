/** The log of one turn, a file in the session's directory: what an agent has reported survives every process. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type AgentLogEntry, agentLogEntry } from '../../contract/agent-log.ts';
import type { AgentSignal } from './driver.ts';
import type { TurnPaths } from './paths.ts';
import { signalOf } from './signal-of.ts';
import { tail } from './tail.ts';

export function turnLogFile({ turnId, directory }: Pick<TurnPaths, 'turnId' | 'directory'>): string {
  return join(directory, `${turnId}.jsonl`);
}

/** From the beginning, until the turn's end or until `signal` aborts. */
export async function* watchTurnLog(turn: TurnPaths, signal: AbortSignal): AsyncGenerator<AgentSignal> {
  for await (const line of tail(turnLogFile(turn), signal)) {
    const entry = parse(line);
    if (entry === null) continue;
    const told = signalOf(entry);
    yield told;
    if (told.type === 'stopped' || told.type === 'failed' || told.type === 'interrupted') return;
  }
}

/** Removes the log and whatever else begins with the turn's id. */
export async function forgetTurnLog(turn: TurnPaths): Promise<void> {
  const names = await readdir(turn.directory).catch(() => []);
  const own = names.filter((name) => name.startsWith(`${turn.turnId}.`));
  await Promise.all(own.map((name) => rm(join(turn.directory, name), { force: true })));
}

/** Skips a line that can't be read: the end of the turn still comes. */
function parse(line: string): AgentLogEntry | null {
  try {
    return agentLogEntry.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
