/**
 * From the hook with which a real Claude Code reports the first line of its answer, until that line is in the document
 * of a real browser, by stages. The model is scripted; the same hook also calls the benchmark.
 */
import { readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { en } from '../src/web/locales/en.ts';
import { chatOn, isLoaded } from '../test/browser/chat.ts';
import { launchChromium } from '../test/support/chromium.ts';
import { realClaude } from './support/claude.ts';
import { fastClient } from './support/fast-client.ts';
import { startHookListener } from './support/hook-listener.ts';
import { watchPage } from './support/page-watch.ts';
import { quiet } from './support/quiet.ts';
import { distribution, report } from './support/report.ts';

const WARM_UP = 5;
const TURNS = 40;
const FIRST_LINE = 'This is the first half.';

await using hooks = await startHookListener(clock);
await using claude = await realClaude({ settings: hooks.settings(['MessageDisplay']) });
const { gateway, model, version } = claude;
const owner = await gateway.as('owner');
const { session } = await owner.me();
await owner.answer('demo at once');
const client = await fastClient(gateway.url, owner.token);
const logged = firstChange(gateway.agentDirectory(session.name), (path) => /"event":"text"/.test(readIfThere(path)));
const stored = firstChange(gateway.stateDir, (path) => path.endsWith('-wal'));

const browser = await launchChromium();
const page = await browser.newPage({ baseURL: gateway.url });
const seen = await watchPage(page);
await page.goto(await gateway.signInLink('owner'));
const chat = chatOn(page);
await isLoaded(chat, en);

interface Stages {
  log: number;
  store: number;
  stream: number;
  page: number;
  document: number;
  all: number;
}

const turns: Stages[] = [];
for (let turn = -WARM_UP; turn < TURNS; turn++) {
  await quiet();
  const stages = await ask(`demo hold turn${turn + WARM_UP}`);
  if (turn >= 0) turns.push(stages);
}
for (const watcher of [logged, stored, client]) watcher.close();
await browser.close();

const stage = (what: string, of: keyof Stages, limit?: string) =>
  distribution(
    what,
    turns.map((one) => one[of]),
    limit,
  );
report(`First words of Claude Code ${version}, ms (${TURNS} turns)`, [
  stage('hook called → in the turn’s log', 'log'),
  stage('→ in the gateway’s store', 'store'),
  stage('→ a client has the event', 'stream'),
  stage('→ the browser has it (other than the client)', 'page'),
  stage('→ in the page’s document', 'document'),
  stage('hook called → in the page’s document', 'all', '≤ 20'),
]);

async function ask(question: string): Promise<Stages> {
  const words = seen.first(question, FIRST_LINE);
  const displayed = hooks.next('MessageDisplay');
  await chat.ask(question);
  const hook = await displayed;
  const { received, shown } = await words;
  const {
    turns: [turn],
  } = await owner.history();
  const turnId = turn?.turnId ?? '';
  const log = logged.at(hook);
  const store = stored.at(log);
  const stream = performance.timeOrigin + (await client.heard(turnId, 'chunk'));
  model.release(question.split(' ').at(-1) ?? '');
  await client.heard(turnId, 'finished');
  return {
    log: log - hook,
    store: store - log,
    stream: stream - store,
    page: received - stream,
    document: shown - received,
    all: shown - hook,
  };
}

/** The same clock in every process of the machine. */
function clock(): number {
  return performance.timeOrigin + performance.now();
}

/** The time of the first change of a relevant file in the directory, at or after a given moment. */
function firstChange(directory: string, counts: (path: string) => boolean) {
  const times: number[] = [];
  const watcher = watch(directory, (_kind, name) => {
    const at = clock();
    if (name !== null && counts(join(directory, name))) times.push(at);
  });
  return {
    at: (from: number) => times.find((at) => at >= from) ?? Number.NaN,
    close: () => watcher.close(),
  };
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // acknowledged and gone
  }
}
