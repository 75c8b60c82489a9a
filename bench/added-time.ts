/**
 * What Paliadin adds to the agent's own time, with a demo agent that answers at once: from submit until
 * the agent has the prompt, and from when the agent has finished until the client has the final event.
 */
import { startTestGateway } from '../test/support/gateway.ts';
import { fastClient } from './support/fast-client.ts';
import { distribution, report } from './support/report.ts';
import { watchAgent } from './support/turn-clock.ts';

const WARM_UP = 30;
const TURNS = 300;

await using gateway = await startTestGateway({ env: { PALIADIN_LOG_LEVEL: 'error' } });
const owner = await gateway.as('owner');
await owner.answer('demo at once');
const { session } = await owner.me();
const clock = watchAgent(gateway.agentDirectory(session.name));
const client = await fastClient(gateway.url, owner.token);

const samples: Record<'accepted' | 'prompted' | 'running' | 'finished' | 'added', number[]> = {
  accepted: [],
  prompted: [],
  running: [],
  finished: [],
  added: [],
};
for (let turn = 0; turn < WARM_UP + TURNS; turn++) {
  const submitted = performance.now();
  const turnId = await client.ask('demo at once');
  const accepted = performance.now();
  const finished = await client.heard(turnId, 'finished');
  const running = await client.heard(turnId, 'running');
  if (turn < WARM_UP) continue;
  const before = clock.prompted(turnId) - submitted;
  const after = finished - clock.stopped(turnId);
  samples.accepted.push(accepted - submitted);
  samples.prompted.push(before);
  samples.running.push(running - clock.prompted(turnId));
  samples.finished.push(after);
  samples.added.push(before + after);
}
client.close();
clock.close();
report(`Added time per turn, ms (${TURNS} turns)`, [
  distribution('submit → accepted, on record', samples.accepted),
  distribution('submit → agent has the prompt', samples.prompted),
  distribution('agent has it → client hears "running"', samples.running),
  distribution('agent finished → client has the end', samples.finished),
  distribution('added in all', samples.added, 'p50 ≤ 8, p95 ≤ 25'),
]);
