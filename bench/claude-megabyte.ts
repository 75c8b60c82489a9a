/**
 * An answer of 1 MB from a real Claude Code with a scripted model: whether it is complete wherever it is read, and how
 * much memory it takes.
 */
import { manyLines, oneLine } from '../src/demo/answers/sizes.ts';
import type { ApiClient } from '../test/support/api-client.ts';
import { realClaude } from './support/claude.ts';
import { forgetPeak, peakMegabytes } from './support/memory.ts';
import { distribution, figure, report } from './support/report.ts';

const KILOBYTES = 1024;
/** Hooks report whole lines: an answer of the second kind is invisible before its end. */
const ANSWERS = [
  { question: `demo long ${KILOBYTES}kb`, expected: manyLines(KILOBYTES * 1024) },
  { question: `demo line ${KILOBYTES}kb`, expected: oneLine(KILOBYTES * 1024) },
];
const TURNS = 6;

await using claude = await realClaude();
const { gateway, model, version } = claude;
const owner = await gateway.as('owner');
await owner.answer('demo at once');
const pids = { gateway: gateway.pid, daemon: await gateway.daemonPid() };
const before = peaks();
for (const pid of Object.values(pids)) forgetPeak(pid);

const whole = { stream: 0, store: 0, turn: 0, history: 0 };
const took: number[] = [];
const after: number[] = [];
for (let turn = 0; turn < TURNS; turn++) {
  const { question, expected } = ANSWERS[turn % ANSWERS.length] ?? { question: '', expected: '' };
  const begun = performance.now();
  const { turnId } = await owner.ask(question);
  const told = await streamed(owner, turnId);
  took.push(performance.now() - begun);
  after.push(performance.now() - model.finishedAt);
  const store = await gateway.store();
  whole.stream += Number(told === expected);
  whole.store += Number((await store.turns.get(turnId))?.response === expected);
  whole.turn += Number((await owner.turn(turnId)).response === expected);
  whole.history += Number((await owner.history()).turns[0]?.response === expected);
}

const all = String(TURNS);
report(`An answer of 1 MB, Claude Code ${version} (${TURNS} turns: many lines, and one)`, [
  figure('exact as it was streamed', whole.stream, all),
  figure('exact in the store', whole.store, all),
  figure('exact as a turn of the API', whole.turn, all),
  figure('exact in the page’s history', whole.history, all),
  distribution('submit → final event, ms', took),
  distribution('model done → final event, ms', after),
  figure('gateway’s peak memory before, MB', before.gateway),
  figure('gateway’s peak memory, MB', peaks().gateway, '< 300'),
  figure('daemon’s peak memory before, MB', before.daemon),
  figure('daemon’s peak memory, MB', peaks().daemon, '< 300'),
]);

async function streamed(client: ApiClient, turnId: string): Promise<string> {
  let text = '';
  for await (const { event } of client.events(turnId)) {
    if (event.type === 'chunk') text = text.slice(0, event.offset) + event.text;
    if (event.type === 'finished' && event.turn.status !== 'completed')
      throw new Error(JSON.stringify(event.turn.error));
  }
  return text;
}

function peaks() {
  return { gateway: peakMegabytes(pids.gateway), daemon: peakMegabytes(pids.daemon) };
}
