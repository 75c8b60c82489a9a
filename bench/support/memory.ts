/** What a process holds of the machine's memory, as Linux tells it. */
import { readFileSync, writeFileSync } from 'node:fs';

/** The most resident memory it ever had, or since `forgetPeak`. */
export function peakMegabytes(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

/** From here on what it has now counts as its peak. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
