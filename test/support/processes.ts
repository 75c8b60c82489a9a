/** What /proc has about processes that are not our children. */
import { readdirSync, readFileSync } from 'node:fs';

/** Ids of all processes below `pid`, nearest first. */
export function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = parentOf(name);
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  for (let next = children.get(pid) ?? []; next.length > 0; next = next.flatMap((id) => children.get(id) ?? [])) {
    found.push(...next);
  }
  return found;
}

/** Ids of all processes that were started with this `NAME=value` in their environment. */
export function startedWith(variable: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && environmentOf(entry).split('\0').includes(variable))
    .map(Number);
}

/** Ids of all processes that have this word among their arguments. */
export function startedFor(word: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && argumentsOf(entry).includes(word))
    .map(Number);
}

/** Ids of all processes that have this path, or one below it, among their arguments or in their environment. */
export function startedBelow(path: string): number[] {
  const isBelow = (word: string) => word.includes(path);
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((entry) => argumentsOf(entry).some(isBelow) || isBelow(environmentOf(entry)))
    .map(Number);
}

/** Nothing happens where the process has just ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Name of the program, at most 15 letters; null where the process is gone. */
export function nameOf(pid: number): string | null {
  return /\((.*)\)/.exec(statOf(pid) ?? '')?.[1] ?? null;
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}

function argumentsOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function parentOf(pid: string): number | null {
  const [, , parent] = /\) (\S) (\d+)/.exec(statOf(pid) ?? '') ?? [];
  return parent === undefined ? null : Number(parent);
}

function statOf(pid: number | string): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
}
