/** The memory of programs with everything that they have started, as Linux tells it. */
import { readdir, readFile } from 'node:fs/promises';

export interface TreeMemory {
  bytes: number;
  /** The root first. */
  pids: number[];
}

/**
 * Bytes of memory that each tree of processes has for itself, by the pid of its root: pages of files, which programs
 * share, do not count. One pass for all roots. Empty where the system does not tell it.
 */
export async function treeMemory(roots: readonly number[]): Promise<Map<number, TreeMemory>> {
  const children = await childrenOf();
  const told = roots.map(async (root): Promise<[number, TreeMemory]> => {
    const pids = treeOf(root, children);
    return [root, { pids, bytes: await memoryOf(pids) }];
  });
  return new Map(children.size === 0 ? [] : await Promise.all(told));
}

async function childrenOf(): Promise<Map<number, number[]>> {
  const names = await readdir('/proc').catch(() => []);
  const children = new Map<number, number[]>();
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentIn(await readFile(`/proc/${name}/stat`, 'utf8').catch(() => ''));
    if (parent === null) continue;
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  return children;
}

/** `PID (name) STATE PARENT …`, where the name may contain anything. */
function parentIn(stat: string): number | null {
  const [, , parent] = stat.slice(stat.lastIndexOf(')')).split(' ');
  return parent === undefined ? null : Number(parent);
}

function treeOf(root: number, children: ReadonlyMap<number, readonly number[]>): number[] {
  const found = [root];
  // It grows while it is gone through.
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

async function memoryOf(pids: readonly number[]): Promise<number> {
  const each = await Promise.all(
    pids.map(async (pid) => {
      const [, resident = 0, shared = 0] = (await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => ''))
        .split(' ')
        .map(Number);
      return Math.max(0, resident - shared) * PAGE_BYTES;
    }),
  );
  return each.reduce((sum, bytes) => sum + bytes, 0);
}

// On the processors that Paliadin is built for; where pages are larger, it counts too little.
const PAGE_BYTES = 4096;
