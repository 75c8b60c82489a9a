/** Waits until the machine is idle, so that other work does not distort the next measurement. */
import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** False if the machine was not idle in time. */
export async function quiet(timeoutMs = 1_000): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const before = times();
    await delay(LOOK_MS);
    const after = times();
    if ((after.idle - before.idle) / (after.all - before.all) >= IDLE) return true;
    if (performance.now() > deadline) return false;
  }
}

function times(): { idle: number; all: number } {
  const cores = cpus().map((core) => core.times);
  const sum = (of: (core: (typeof cores)[number]) => number) => cores.reduce((all, core) => all + of(core), 0);
  return {
    idle: sum(({ idle }) => idle),
    all: sum(({ user, nice, sys, irq, idle }) => user + nice + sys + irq + idle),
  };
}

// An agent continues to draw for a while after its answer.
const LOOK_MS = 300;
const IDLE = 0.9;
