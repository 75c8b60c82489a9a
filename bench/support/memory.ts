/** The memory of a process, as Linux reports it. */
import { globSync, readFileSync, writeFileSync } from 'node:fs';

/** The peak resident memory since the start, or since `forgetPeak`. */
export function peakMegabytes(pid: number): number {
  return megabytes(pid, /^VmHWM:\s+(\d+) kB$/m);
}

export function residentMegabytes(pid: number): number {
  return megabytes(pid, /^VmRSS:\s+(\d+) kB$/m);
}

function megabytes(pid: number, line: RegExp): number {
  return Number(line.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Of a process and all below it: what is resident, and what none of them shares with another. */
export function treeMegabytes(pid: number): { resident: number; own: number } {
  const pids = withChildren(pid);
  const sum = (line: RegExp) =>
    pids.reduce((all, one) => all + Number(line.exec(textOf(`/proc/${one}/smaps_rollup`))?.[1] ?? 0) / 1024, 0);
  return { resident: sum(/^Rss:\s+(\d+) kB$/m), own: sum(/^Anonymous:\s+(\d+) kB$/m) };
}

/** Resets the peak to the current value. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** Of these processes and all below them but Claude Code itself: proportional, so that what they share counts once. */
export function ownMegabytes(pids: number[]): number {
  return [...new Set(pids.flatMap(withChildren))]
    .filter((pid) => textOf(`/proc/${pid}/comm`).trim() !== 'claude')
    .reduce(
      (all, pid) => all + Number(/^Pss:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) / 1024,
      0,
    );
}

/** Whose command names the directory. */
export function processesOf(directory: string): number[] {
  const files = globSync('/proc/[0-9]*/cmdline').filter((file) => textOf(file).includes(directory));
  return files.map((file) => Number(file.split('/')[2]));
}

function withChildren(pid: number): number[] {
  const children = globSync(`/proc/${pid}/task/*/children`).flatMap((file) => textOf(file).split(' ').filter(Boolean));
  return [pid, ...children.map(Number).flatMap(withChildren)];
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}
