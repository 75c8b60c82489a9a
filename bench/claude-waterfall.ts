/** All steps of a turn of a real Claude Code with a scripted model: each with the time since the question was submitted. */
import { realClaude } from './support/claude.ts';
import { fastClient } from './support/fast-client.ts';
import { quiet } from './support/quiet.ts';
import { report } from './support/report.ts';
import { collectSteps, type Steps, type TimedTurn, timeTurn, waterfall } from './support/waterfall.ts';

const WARM_UP = 3;
const TURNS = Number(process.env.BENCH_TURNS ?? 30);

await using collector = await collectSteps();
await using claude = await realClaude({ env: collector.env });
const { gateway, model, version } = claude;
const owner = await gateway.as('owner');
const client = await fastClient(gateway.url, owner.token);
const { timeOrigin } = performance;
const ofModel = (): Steps => [
  ['model: asked', model.askedAt + timeOrigin],
  ['model: done', model.finishedAt + timeOrigin],
];
const turns: TimedTurn[] = [];
for (let turn = -WARM_UP; turn < TURNS; turn++) {
  await quiet();
  const timed = await timeTurn(client, 'demo at once', ofModel);
  if (turn >= 0) turns.push(timed);
}
client.close();
report(
  `A turn of Claude Code ${version}, ms since submit (${TURNS} turns)`,
  await waterfall(turns, collector),
  'since the one before',
);
