/** The processor time that processes have used, as Linux reports it. */
import { readFileSync } from 'node:fs';

/** Seconds, of these processes together. Those that are gone count nothing. */
export function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + ofOne(pid), 0);
}

function ofOne(pid: number): number {
  try {
    // After the name, which may have spaces: user and system time are the 12th and 13th field.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return 0;
  }
}

// What Linux counts in, on every machine that it runs on today.
const TICKS = 100;
