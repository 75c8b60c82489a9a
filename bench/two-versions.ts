/**
 * This version beside another one, turn by turn in one run: what it adds to the demo agent's own time, and the processor time
 * of a turn. `BENCH_OTHER` names another clone, with packages installed and programs built. Without it: this clone twice, which
 * shows what the machine alone makes of it.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type Added, askerOf } from './support/asker.ts';
import { distribution, type Finding, figure, report } from './support/report.ts';

const TURNS = Number(process.env.BENCH_TURNS ?? 300);
const WARM_UP = 40;
// Longer than what is done after an answer: a person reads it.
const PAUSE_MS = 30;
const HERE = join(import.meta.dirname, '..');

const sides = [];
for (const root of [process.env.BENCH_OTHER ?? HERE, HERE]) {
  const support: typeof import('../test/support/gateway.ts') = await import(
    pathToFileURL(join(root, 'test', 'support', 'gateway.ts')).href
  );
  const gateway = await support.startTestGateway({ env: { PALIADIN_LOG_LEVEL: 'error' } });
  sides.push({ root, gateway, asker: await askerOf(gateway), daemon: await gateway.daemonPid(), turns: [] as Added[] });
}
for (let turn = 0; turn < WARM_UP; turn++) for (const { asker } of sides) await asker.ask();
const begun = sides.map(({ gateway, daemon }) => [gateway.pid, daemon].map(busyMs));
// The one that comes first in a round comes last in the next: what one leaves to do delays the other.
for (let turn = 0; turn < TURNS; turn++) {
  for (const { asker, turns } of turn % 2 === 0 ? sides : sides.toReversed()) {
    turns.push(await asker.ask());
    await delay(PAUSE_MS);
  }
}
for (const [at, { root, gateway, asker, daemon, turns }] of sides.entries()) {
  const busy = [gateway.pid, daemon].map((pid, which) => (busyMs(pid) - (begun[at]?.[which] ?? 0)) / TURNS);
  report(`${root}, ms (${TURNS} turns, load ${load()})`, [
    of('submit → accepted, on record', 'accepted'),
    of('submit → agent has the prompt', 'prompted'),
    of('agent finished → client has the end', 'finished'),
    of('added in all', 'added'),
    figure('processor time of the gateway for a turn', busy[0] ?? 0),
    figure('of the host daemon', busy[1] ?? 0),
  ]);
  asker.close();
  await gateway.dispose();

  function of(what: string, part: keyof Added): Finding {
    // The watch on the agent's log misses one now and then on a busy machine.
    const known = turns.map((turn) => turn[part]).filter((ms) => !Number.isNaN(ms));
    return distribution(what, known);
  }
}

/** The processor time of all its threads, in milliseconds. */
function busyMs(pid: number): number {
  const files = globSync(`/proc/${pid}/task/*/schedstat`);
  return files.reduce((sum, file) => sum + Number(readFileSync(file, 'utf8').split(' ')[0]) / 1e6, 0);
}

function load(): string {
  return readFileSync('/proc/loadavg', 'utf8').split(' ')[0] ?? '';
}
