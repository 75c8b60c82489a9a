/**
 * What Paliadin adds to a real Claude Code, with a scripted model that answers at once, in one run and turn by turn: in a bare
 * terminal, from Enter until its own Stop hook calls; with us, from submit until the client has the final event.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { startBareTerminal } from './support/bare-terminal.ts';
import { realClaude } from './support/claude.ts';
import { fastClient } from './support/fast-client.ts';
import { distribution, figure, report } from './support/report.ts';

const WARM_UP = 5;
const TURNS = 60;
const QUESTION = 'demo at once';
// After its answer the agent goes on drawing for a moment, and takes no question; nobody asks that soon.
const REST_MS = 500;

await using claude = await realClaude();
const { model, gateway, version } = claude;
await using terminal = await startBareTerminal(claude);
await using hooked = await startBareTerminal(claude, ['UserPromptSubmit', 'MessageDisplay']);
const owner = await gateway.as('owner');
const client = await fastClient(gateway.url, owner.token);

interface Timed {
  /** Until the model is asked. */
  before: number;
  /** From the last byte of the model's answer. */
  after: number;
  all: number;
}

const bare: Timed[] = [];
const withHooks: Timed[] = [];
const echoes: number[] = [];
const ours: Timed[] = [];
for (let turn = -WARM_UP; turn < TURNS; turn++) {
  await delay(REST_MS);
  const { pasted, entered, stopped } = await terminal.ask(QUESTION);
  const alone = timed(entered, stopped);
  await delay(REST_MS);
  const other = await hooked.ask(QUESTION);
  const alike = timed(other.entered, other.stopped);
  await delay(REST_MS);
  const withUs = await askUs();
  if (turn < 0) continue;
  bare.push(alone);
  withHooks.push(alike);
  echoes.push(entered - pasted);
  ours.push(withUs);
}
client.close();

const p50 = (samples: Timed[]) =>
  distribution(
    '',
    samples.map(({ all }) => all),
  ).p50;
report(`Claude Code ${version}, ms (${TURNS} turns each, in turn)`, [
  ...parts('terminal', bare, ['Enter → model asked', 'model done → Stop hook', 'Enter → Stop hook']),
  distribution('terminal: paste → its echo, on top', echoes),
  ...parts('terminal with our hooks’ names', withHooks, [
    'Enter → model asked',
    'model done → Stop hook',
    'Enter → Stop hook',
  ]),
  ...parts('with us', ours, ['submit → model asked', 'model done → final event', 'submit → final event']),
  figure('added, at p50', p50(ours) - p50(bare), '≤ 15'),
]);

async function askUs(): Promise<Timed> {
  const submitted = performance.now();
  const turnId = await client.ask(QUESTION);
  return timed(submitted, await client.heard(turnId, 'finished'));
}

function timed(begun: number, ended: number): Timed {
  return { before: model.askedAt - begun, after: ended - model.finishedAt, all: ended - begun };
}

function parts(whose: string, samples: Timed[], [before, after, all]: [string, string, string]) {
  return [
    distribution(
      `${whose}: ${before}`,
      samples.map((one) => one.before),
    ),
    distribution(
      `${whose}: ${after}`,
      samples.map((one) => one.after),
    ),
    distribution(
      `${whose}: ${all}`,
      samples.map((one) => one.all),
    ),
  ];
}
