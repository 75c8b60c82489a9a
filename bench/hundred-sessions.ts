/** A hundred users ask at the same moment: all get an answer, and the gateway stays small. */
import { startTestGateway } from '../test/support/gateway.ts';
import { peakMegabytes } from './support/memory.ts';
import { distribution, figure, report } from './support/report.ts';

const USERS = 100;

await using gateway = await startTestGateway({ env: { PALIADIN_LOG_LEVEL: 'error', PALIADIN_MAX_PANES: '100' } });
const clients = await Promise.all(Array.from({ length: USERS }, (_, user) => gateway.as(`user-${user}`)));

async function askAll(): Promise<{ durations: number[]; completed: number }> {
  const begun = performance.now();
  const turns = await Promise.all(
    clients.map(async (client) => {
      const turn = await client.answer('Which cases are due this week?');
      return { status: turn.status, ms: performance.now() - begun };
    }),
  );
  return {
    durations: turns.map(({ ms }) => ms),
    completed: turns.filter(({ status }) => status === 'completed').length,
  };
}

const cold = await askAll();
const warm = await askAll();
report(`${USERS} sessions at once`, [
  figure('answered, agents not started yet', cold.completed, String(USERS)),
  figure('answered, agents running', warm.completed, String(USERS)),
  distribution('submit → end, agents not started yet, ms', cold.durations),
  distribution('submit → end, agents running, ms', warm.durations),
  figure('gateway’s peak memory, MB', peakMegabytes(gateway.pid), '< 200'),
  figure('daemon’s peak memory, MB', peakMegabytes(await gateway.daemonPid())),
]);
