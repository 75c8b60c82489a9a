/**
 * What a host behind ssh adds, with a demo agent that answers at once, turn by turn in one run: on this machine; over
 * the open channel through an sshd on loopback; and the older way, one ssh connection for the health probe and one for
 * the turn. Then what the shim's `health` costs in addition to ssh itself.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { callShim } from '../src/transport/ssh/call.ts';
import { sshArguments } from '../src/transport/ssh/target.ts';
import { startTestGateway } from '../test/support/gateway.ts';
import { startLaptop } from '../test/support/laptop.ts';
import { askerOf } from './support/asker.ts';
import { distribution, figure, report } from './support/report.ts';
import { watchAgent } from './support/turn-clock.ts';

const WARM_UP = 20;
const TURNS = 150;
/** Each takes almost a second. */
const OLD_TURNS = 20;
const PROBES = 20;

const quiet = { PALIADIN_LOG_LEVEL: 'error' };
await using laptop = await startLaptop({ env: quiet });
await using local = await startTestGateway({ env: quiet });
await using remote = await startTestGateway({ env: quiet, laptop });
const { target } = laptop;

const askers = { local: await askerOf(local), remote: await askerOf(remote) };
const added = { local: [] as number[], remote: [] as number[], older: [] as number[] };
for (let turn = -WARM_UP; turn < TURNS; turn++) {
  for (const name of ['local', 'remote'] as const) {
    const measured = await askers[name].ask();
    if (turn >= 0) added[name].push(measured.added);
  }
}
for (const asker of Object.values(askers)) asker.close();

const session = 'paliad-paliadin-00000001';
await olderTurn();
const clock = watchAgent(join(laptop.stateDir, 'host', 'sessions', session, 'agent'));
for (let turn = 0; turn < OLD_TURNS; turn++) {
  const asked = performance.now();
  const turnId = await olderTurn();
  added.older.push(performance.now() - asked - (clock.stopped(turnId) - clock.prompted(turnId)));
}
clock.close();

// `true` as forced command: what remains is ssh, sshd and the login shell.
const health = await timed(() => callShim(target, { env: process.env, timeoutMs: 10_000 }, 'health', session));
laptop.setKeyOptions('restrict,command="true"');
const bare = await timed(() => promisify(execFile)('ssh', sshArguments(target, 'version')));

const [here, there, older] = [added.local, added.remote, added.older].map((samples) => distribution('', samples).p50);
report(`A host behind ssh on loopback, added time per turn, ms (${TURNS} turns each, ${OLD_TURNS} the older way)`, [
  distribution('this machine', added.local),
  distribution('over the open channel', added.remote, `p50 ≤ ${((here ?? 0) + 2).toFixed(1)}`),
  distribution('a connection for health and one for the turn', added.older),
  figure('older way ÷ open channel, at p50', (older ?? 0) / (there ?? 1), '≥ 30'),
  distribution('ssh with an empty command', bare),
  distribution('ssh with the shim’s health', health),
  figure('health beyond ssh itself, at p50', distribution('', health).p50 - distribution('', bare).p50, '≤ 100'),
]);

async function olderTurn(): Promise<string> {
  const turnId = randomUUID();
  const settings = { env: process.env, timeoutMs: 70_000 };
  await callShim(target, settings, 'health', session);
  await callShim(target, settings, 'run-turn', session, turnId, Buffer.from('demo at once').toString('base64'));
  return turnId;
}

async function timed(work: () => Promise<unknown>): Promise<number[]> {
  const samples: number[] = [];
  for (let probe = 0; probe < PROBES; probe++) {
    const start = performance.now();
    await work();
    samples.push(performance.now() - start);
  }
  return samples;
}
