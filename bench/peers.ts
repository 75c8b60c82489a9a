/**
 * Paliadin beside its peers: all drive one Claude Code version, with a scripted model that answers at once, in turn in one
 * run. Each gets the same question. `npm run bench -- peers` installs them; a peer that does not start is left out, and said.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composePrompt } from '../src/contract/envelope.ts';
import { agentEnvironment, makeHome } from '../test/agents/claude-owner.ts';
import { temporaryDirectory } from '../test/support/temporary.ts';
import { claudeAgentAcp } from './peers/acp.ts';
import { agentSdk } from './peers/agent-sdk.ts';
import type { PeerClient, PeerNeeds } from './peers/client.ts';
import { cloudCli } from './peers/cloudcli.ts';
import { hapi } from './peers/hapi.ts';
import { claudePrint } from './peers/print.ts';
import { bareTerminal, paliadin } from './peers/terminal.ts';
import { realClaude } from './support/claude.ts';
import { ownMegabytes } from './support/memory.ts';
import { quiet } from './support/quiet.ts';
import { distribution } from './support/report.ts';

const TURNS = Number(process.env.BENCH_TURNS ?? 30);
const WARM_UP = 2;
/** For one question, with the start of its agent. */
const LIMIT_MS = 40_000;
const QUESTION = 'demo at once';

await using claude = await realClaude();
const { model, gateway, program, version } = claude;
const { path: directory, remove } = await temporaryDirectory();
await using peers = new AsyncDisposableStack();
peers.defer(remove);

/** A home and a directory of its own for each: none continues another's conversation. */
function needs(name: string): PeerNeeds {
  const { home, work } = makeHome(join(directory, name));
  const env = { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', ...agentEnvironment(home, model) };
  return { program, packages: process.env.BENCH_PEERS ?? '', env, work, directory: join(directory, name, 'own') };
}

const clients: PeerClient[] = [];
const missing: string[] = [];
for (const [name, start] of Object.entries({
  'Agent SDK': () => agentSdk(needs('sdk')),
  HAPI: () => hapi(needs('hapi')),
  'claude-agent-acp': () => claudeAgentAcp(needs('acp')),
  'bare terminal': () => bareTerminal(claude, QUESTION),
  Paliadin: () => paliadin(gateway, QUESTION),
  CloudCLI: () => cloudCli(needs('cloudcli')),
  'claude -p': () => claudePrint(needs('print')),
})) {
  try {
    const client = await start();
    peers.use(client);
    await ask(client); // its agent is started now
    clients.push(client);
  } catch (error) {
    missing.push(`${name}: ${(error as Error).message.slice(0, 300)}`);
  }
}

interface Timed {
  before: number;
  text: number;
  after: number;
  all: number;
}
const samples = new Map<PeerClient, Timed[]>(clients.map((client) => [client, []]));
for (let turn = -WARM_UP; turn < TURNS; turn++) {
  for (const client of clients) {
    await quiet();
    const { submitted, text, final } = await ask(client);
    const { askedAt, finishedAt } = model;
    const timed = {
      before: askedAt - submitted,
      text: text === null ? Number.NaN : text - finishedAt,
      after: final - finishedAt,
      all: final - submitted,
    };
    if (turn >= 0) samples.get(client)?.push(timed);
  }
}
const memory = new Map(clients.map((client) => [client, ownMegabytes(client.pids())]));
print();

async function ask(client: PeerClient) {
  const limit = new Promise<never>((_, reject) => {
    setTimeout(reject, LIMIT_MS, new Error('it does not answer')).unref();
  });
  return await Promise.race([client.ask(composePrompt({ turnId: randomUUID() }, QUESTION)), limit]);
}

function print(): void {
  const cell = (times: number[]) => {
    const { p50, p95 } = distribution('', times);
    return Number.isNaN(p50) ? '–' : `${p50.toFixed(1)} / ${p95.toFixed(1)}`;
  };
  const rows = [...samples].map(([client, timed]) => {
    const times = (of: keyof Timed) => timed.map((one) => one[of]).filter((time) => !Number.isNaN(time));
    const own = memory.get(client) ?? 0;
    return [
      client.name,
      ...(['before', 'text', 'after', 'all'] as const).map((of) => cell(times(of))),
      own === 0 ? '–' : own.toFixed(0),
      client.final,
    ];
  });
  const head = [
    '',
    'question → model',
    'model done → text',
    'model done → final',
    'in all',
    'own MB',
    'its “final” is',
  ];
  const lines = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ')[0];
  process.stdout.write(
    `Claude Code ${version}, ms p50 / p95 (${TURNS} questions each, in turn; load ${load})\n\n${lines.join('\n')}\n\n`,
  );
  for (const why of missing) process.stdout.write(`left out: ${why}\n`);
}
