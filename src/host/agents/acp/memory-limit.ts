/**
 * Limits the memory of agents with all the programs that they start. The system's own limit would be one of addresses,
 * which stops programs that only reserve them; so the host looks, and ends what has too much.
 */

import type { GuardedChild } from '../../../process/guarded-child.ts';
import { treeMemory } from '../../../process/tree-memory.ts';
import { periodically } from '../../periodically.ts';

export interface MemoryLimit {
  /** From now on, for as long as it runs. */
  watch(child: GuardedChild): void;
}

export interface MemoryLimitOptions {
  bytes: number;
  everyMs?: number;
  onError(error: unknown): void;
}

export function memoryLimit({ bytes, everyMs = EVERY_MS, onError }: MemoryLimitOptions): MemoryLimit {
  const watched = new Set<GuardedChild>();

  async function look(): Promise<void> {
    if (watched.size === 0) return;
    const found = await treeMemory([...watched].map(({ pid }) => pid));
    for (const child of watched) {
      const tree = found.get(child.pid);
      if (tree === undefined || tree.bytes <= bytes) continue;
      void child.kill(0, reason(tree.bytes, bytes));
      // Also what has left the agent's group.
      for (const pid of tree.pids.slice(1)) end(pid);
    }
  }

  periodically(everyMs, look, onError);
  return {
    watch(child) {
      watched.add(child);
      void child.ended.then(() => watched.delete(child));
    },
  };
}

/** Does nothing if it has ended. */
function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already
  }
}

function reason(used: number, allowed: number): string {
  const [has, may] = [used, allowed].map((bytes) => `${Math.round(bytes / MIB)} MiB`);
  return `it and its programs used ${has} of memory, and ${may} are allowed (PALIADIN_AGENT_MEMORY)`;
}

const MIB = 1024 * 1024;
// A look takes some milliseconds; within two seconds a program takes one or two GB.
const EVERY_MS = 2000;
