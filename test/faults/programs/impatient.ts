/** Loaded before a program, it shortens every timer of a minute or more to two seconds. */
import { syncBuiltinESMExports } from 'node:module';
import promised from 'node:timers/promises';

const MINUTE_MS = 60_000;
const SOON_MS = 2_000;
const soon = (ms: number | undefined) => (ms !== undefined && ms >= MINUTE_MS ? SOON_MS : ms);

const { setTimeout: later } = globalThis;
globalThis.setTimeout = Object.assign(
  (work: () => void, ms?: number, ...args: []) => later(work, soon(ms), ...args),
  later,
) as typeof setTimeout;
const { setTimeout: delay } = promised;
promised.setTimeout = ((ms, ...rest) => delay(soon(ms), ...rest)) as typeof delay;
syncBuiltinESMExports();
