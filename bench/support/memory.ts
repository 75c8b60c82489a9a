/** What a process holds of the machine's memory, as Linux tells it. */
import { readFileSync, writeFileSync } from 'node:fs';

/** The most resident memory it ever had, or since `forgetPeak`. */
export function peakMegabytes(pid: number): number {
  return megabytes(pid, /^VmHWM:\s+(\d+) kB$/m);
}

export function residentMegabytes(pid: number): number {
  return megabytes(pid, /^VmRSS:\s+(\d+) kB$/m);
}

function megabytes(pid: number, line: RegExp): number {
  return Number(line.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** From here on what it has now counts as its peak. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
