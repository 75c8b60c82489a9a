/** Follows a demo agent's own log from outside: when it had a prompt, and when it had finished. */
import { readFileSync, watch } from 'node:fs';
import { join } from 'node:path';

export interface TurnClock {
  /** Milliseconds of `performance.now()`. */
  prompted(turnId: string): number;
  stopped(turnId: string): number;
  close(): void;
}

export function watchAgent(directory: string): TurnClock {
  const prompted = new Map<string, number>();
  const stopped = new Map<string, number>();
  const watcher = watch(directory, (_kind, name) => {
    const now = performance.now();
    const turnId = name?.endsWith('.jsonl') ? name.slice(0, -'.jsonl'.length) : null;
    if (turnId === null || turnId === 'prompts') return;
    if (!prompted.has(turnId)) prompted.set(turnId, now);
    if (!stopped.has(turnId) && readIfThere(join(directory, name as string)).includes('"event":"stop"')) {
      stopped.set(turnId, now);
    }
  });
  return {
    prompted: (turnId) => prompted.get(turnId) ?? Number.NaN,
    stopped: (turnId) => stopped.get(turnId) ?? Number.NaN,
    close: () => watcher.close(),
  };
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // acknowledged and gone
  }
}
