/**
 * What the sandbox costs a real Claude Code, compared with no isolation, alternating in one run: a cold start until the
 * model is asked, a turn of a running agent, and the memory of all processes of one terminal.
 */
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { IsolationLevel } from '../src/contract/isolation.ts';
import { claudeGateway } from '../test/agents/claude-gateway.ts';
import { installedVersions } from '../test/agents/claude-owner.ts';
import { fastClient } from './support/fast-client.ts';
import { quiet } from './support/quiet.ts';
import { distribution, figure, report } from './support/report.ts';

const STARTS = 24;
const TURNS = 40;
const QUESTION = 'demo at once';

const newest = installedVersions().at(-1);
if (newest === undefined) throw new Error('no Claude Code is installed: run this with `npm run bench`');
const { program, name: version } = newest;

await using none = await measured('none');
await using sandbox = await measured('sandbox');
for (const one of [none, sandbox]) await one.turn(); // the first start reads the program from the disk
for (let at = 0; at < STARTS; at++) for (const one of inTurn(at)) await one.start();
for (let at = 0; at < TURNS; at++) for (const one of inTurn(at)) await one.timeTurn();

const p50 = (samples: number[]) => distribution('', samples).p50;
report(`Claude Code ${version}, with no isolation and in the sandbox, in turn`, [
  ...[none, sandbox].flatMap(({ level, starts, turns, memory }) => [
    distribution(`${level}: cold start, submit → model asked (ms, ${STARTS} starts)`, starts),
    distribution(`${level}: a turn, submit → final event (ms, ${TURNS} turns)`, turns),
    distribution(`${level}: memory of one terminal's processes (MB, proportional)`, memory),
  ]),
  figure('sandbox: added to a cold start at p50 (ms)', p50(sandbox.starts) - p50(none.starts), '≤ 150'),
  figure('sandbox: added to a turn at p50 (ms)', p50(sandbox.turns) - p50(none.turns), '≤ 1'),
  figure('sandbox: beside the agent itself, its other processes (MB)', p50(sandbox.beside), '≤ 5'),
]);

/** Alternates which one is first. */
function inTurn(at: number) {
  return at % 2 === 0 ? [none, sandbox] : [sandbox, none];
}

async function measured(level: IsolationLevel) {
  const claude = await claudeGateway(program, {
    env: { PALIADIN_LOG_LEVEL: 'error', PALIADIN_ACCESS: 'owner', PALIADIN_ISOLATION: level },
  });
  const { gateway, model } = claude;
  const owner = await gateway.as('owner');
  const client = await fastClient(gateway.url, owner.token);
  const samples = { starts: [] as number[], turns: [] as number[], memory: [] as number[], beside: [] as number[] };

  async function turn(): Promise<{ submitted: number; ended: number }> {
    await quiet();
    const submitted = performance.now();
    const turnId = await client.ask(QUESTION);
    return { submitted, ended: await client.heard(turnId, 'finished') };
  }

  return {
    level,
    ...samples,
    turn,
    async start() {
      await owner.reset();
      const { submitted } = await turn();
      samples.starts.push(model.askedAt - submitted);
      const processes = processesBelow(paneOf(gateway.stateDir));
      samples.memory.push(sum(processes));
      samples.beside.push(sum(processes.filter(({ command }) => command !== basename(program))));
    },
    async timeTurn() {
      const { submitted, ended } = await turn();
      samples.turns.push(ended - submitted);
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await claude[Symbol.asyncDispose]();
    },
  };
}

interface Process {
  command: string;
  /** Proportional: shared memory is divided among its processes. */
  megabytes: number;
}

function sum(processes: Process[]): number {
  return processes.reduce((all, { megabytes }) => all + megabytes, 0);
}

/** The tmux server of the only session. */
function paneOf(stateDir: string): number {
  const servers = globSync('/proc/[0-9]*/cmdline').filter((file) => {
    return textOf(file).includes(`${stateDir}/host/tmux/`) && textOf(file).includes('new-session');
  });
  const [server = ''] = servers;
  return Number(server.split('/')[2]);
}

function processesBelow(pid: number): Process[] {
  return globSync(`/proc/${pid}/task/*/children`)
    .flatMap((file) => textOf(file).split(' ').filter(Boolean).map(Number))
    .flatMap((child) => [memoryOf(child), ...processesBelow(child)]);
}

function memoryOf(pid: number): Process {
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0;
  return { command: textOf(`/proc/${pid}/comm`).trim(), megabytes: Number(kilobytes) / 1024 };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}
