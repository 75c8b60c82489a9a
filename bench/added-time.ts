/**
 * What Paliadin adds to the agent's own time, with a demo agent that answers at once: from submit until the agent has
 * the prompt, and from the agent's end until the client has the final event.
 */
import { startTestGateway } from '../test/support/gateway.ts';
import { askerOf } from './support/asker.ts';
import { distribution, report } from './support/report.ts';

const WARM_UP = 30;
const TURNS = 300;

await using gateway = await startTestGateway({ env: { PALIADIN_LOG_LEVEL: 'error' } });
const asker = await askerOf(gateway);
for (let turn = 0; turn < WARM_UP; turn++) await asker.ask();
const turns = [];
for (let turn = 0; turn < TURNS; turn++) turns.push(await asker.ask());
asker.close();
report(`Added time per turn, ms (${TURNS} turns)`, [
  distribution(
    'submit → accepted, on record',
    turns.map(({ accepted }) => accepted),
  ),
  distribution(
    'submit → agent has the prompt',
    turns.map(({ prompted }) => prompted),
  ),
  distribution(
    'agent has it → client hears "running"',
    turns.map(({ running }) => running),
  ),
  distribution(
    'agent finished → client has the end',
    turns.map(({ finished }) => finished),
  ),
  distribution(
    'added in all',
    turns.map(({ added }) => added),
    'p50 ≤ 8, p95 ≤ 25',
  ),
]);
