/** All steps of a turn of the demo agent, in order: each with the time since the question was submitted. */
import { startTestGateway } from '../test/support/gateway.ts';
import { fastClient } from './support/fast-client.ts';
import { report } from './support/report.ts';
import { watchAgent } from './support/turn-clock.ts';
import { collectSteps, type Steps, type TimedTurn, timeTurn, waterfall } from './support/waterfall.ts';

const WARM_UP = 20;
const TURNS = 100;

await using collector = await collectSteps();
await using gateway = await startTestGateway({ env: { PALIADIN_LOG_LEVEL: 'error', ...collector.env } });
const owner = await gateway.as('owner');
await owner.answer('demo at once');
const { session } = await owner.me();
const agent = watchAgent(gateway.agentDirectory(session.name));
const client = await fastClient(gateway.url, owner.token);
const { timeOrigin } = performance;
const ofAgent = (turnId: string): Steps => [
  ['agent: has the prompt', agent.prompted(turnId) + timeOrigin],
  ['agent: has finished', agent.stopped(turnId) + timeOrigin],
];
const turns: TimedTurn[] = [];
for (let turn = -WARM_UP; turn < TURNS; turn++) {
  const timed = await timeTurn(client, 'demo at once', ofAgent);
  if (turn >= 0) turns.push(timed);
}
client.close();
agent.close();
report(
  `A turn of the demo agent, ms since submit (${TURNS} turns)`,
  await waterfall(turns, collector),
  'since the one before',
);
