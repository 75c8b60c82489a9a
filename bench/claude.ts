/**
 * What Paliadin adds to a real Claude Code, with a scripted model that answers at once, alternating in one run: a bare
 * terminal, from Enter until its own Stop hook calls; one with hooks of the same names as ours, which do nothing; and
 * with Paliadin, from submit until the client has the final event.
 */
import { startBareTerminal } from './support/bare-terminal.ts';
import { realClaude } from './support/claude.ts';
import { fastClient } from './support/fast-client.ts';
import { quiet } from './support/quiet.ts';
import { distribution, figure, report } from './support/report.ts';

const WARM_UP = 5;
const TURNS = Number(process.env.BENCH_TURNS ?? 40);
const QUESTION = 'demo at once';

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
let restless = 0;
const ours: Timed[] = [];
for (let turn = -WARM_UP; turn < TURNS; turn++) {
  restless += Number(!(await quiet()));
  const { pasted, entered, stopped } = await terminal.ask(QUESTION);
  const alone = timed(entered, stopped);
  restless += Number(!(await quiet()));
  const other = await hooked.ask(QUESTION);
  const alike = timed(other.entered, other.stopped);
  restless += Number(!(await quiet()));
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
const echo = distribution('terminal: paste → its echo, on top', echoes);
report(`Claude Code ${version}, ms (${TURNS} turns each, in turn)`, [
  ...parts('terminal', bare, ['Enter → model asked', 'model done → Stop hook', 'Enter → Stop hook']),
  echo,
  ...parts('terminal with our hooks’ names', withHooks, [
    'Enter → model asked',
    'model done → Stop hook',
    'Enter → Stop hook',
  ]),
  ...parts('with us', ours, ['submit → model asked', 'model done → final event', 'submit → final event']),
  figure('questions asked while the machine was busy with something else', restless),
  figure('added, at p50', p50(ours) - p50(bare), '≤ 15'),
  figure('of that, beyond what the agent takes for a paste and for hooks', p50(ours) - p50(withHooks) - echo.p50),
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
