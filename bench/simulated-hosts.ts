/**
 * What gateways can carry if agents cost nothing: a hundred hosts with a hundred conversations each, simulated by one
 * process that answers at once, behind one gateway and behind three. `PALIADIN_BENCH_HOSTS`, `PALIADIN_BENCH_CONVERSATIONS`,
 * `PALIADIN_BENCH_TURNS`, the number of questions, and `PALIADIN_BENCH_GATEWAYS` change the numbers.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from '../src/store/open.ts';
import { startTestGateway, type TestGateway } from '../test/support/gateway.ts';
import { descendants } from '../test/support/processes.ts';
import { temporaryDirectory } from '../test/support/temporary.ts';
import { until } from '../test/support/until.ts';
import { cpuSeconds } from './support/cpu.ts';
import { caller, inParallel, SIGN_IN, subjectOf, tokenOf } from './support/load.ts';
import { manyPeople } from './support/many-people.ts';
import { forgetPeak, peakMegabytes } from './support/memory.ts';
import { benchServer } from './support/past.ts';
import { compare } from './support/report.ts';

const HOSTS = Number(process.env.PALIADIN_BENCH_HOSTS ?? 100);
const CONVERSATIONS = Number(process.env.PALIADIN_BENCH_CONVERSATIONS ?? 100);
const TURNS = Math.min(Number(process.env.PALIADIN_BENCH_TURNS ?? 3000), HOSTS * CONVERSATIONS);
const GATEWAYS = (process.env.PALIADIN_BENCH_GATEWAYS ?? '1,3').split(',').map(Number);
const FIRST_PORT = 1000;
/** Requests under way at the same time. */
const AT_ONCE = 64;

await using server = await benchServer();
const { path, remove } = await temporaryDirectory();
const program = fileURLToPath(new URL('support/simulated-hosts.ts', import.meta.url));
const hosts = spawn(process.execPath, [program, path, String(FIRST_PORT), String(HOSTS)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
await once(hosts.stdout, 'data');
// The gateway looks at them; nobody uses them.
execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(path, 'key')]);
const publicKey = readFileSync(join(path, 'key.pub'), 'utf8');
const pinned = Array.from({ length: HOSTS }, (_, at) => `[127.0.0.1]:${FIRST_PORT + at} ${publicKey}`);
writeFileSync(join(path, 'known_hosts'), pinned.join(''), { mode: 0o600 });
const tokens = await Promise.all(Array.from({ length: HOSTS * CONVERSATIONS }, (_, user) => tokenOf(nameOf(user))));
const url = await server.newDatabase();
const store = await openStore({ url, file: '' });
await people();
const found: Map<string, number>[] = [];
for (const count of GATEWAYS) found.push(await measured(count));
await store.close();
hosts.kill();
await remove();
const rows = [...(found[0]?.keys() ?? [])].map((what) => [what, ...found.map((of) => of.get(what) ?? Number.NaN)]);
const title = `${HOSTS} hosts × ${CONVERSATIONS} conversations, ${TURNS} of them ask at once, ${AT_ONCE} requests at a time`;
compare(
  title,
  GATEWAYS.map((count) => `${count} gateway${count === 1 ? '' : 's'}`),
  rows,
);

/** The list of hosts, and everybody's conversation, evenly spread. */
async function people(): Promise<void> {
  const by = { actor: 'cli', at: Date.now() };
  const files = { keyFile: join(path, 'key'), knownHostsFile: join(path, 'known_hosts') };
  for (let at = 0; at < HOSTS; at++) {
    const reach = { user: 'bench', address: '127.0.0.1', port: FIRST_PORT + at };
    await store.hosts.add({ name: hostOf(at), ...reach, ...files }, by);
  }
  await manyPeople(url, {
    at: by.at,
    people: tokens.map((_, at) => ({ subject: subjectOf(nameOf(at)), name: nameOf(at), host: hostOf(at % HOSTS) })),
  });
}

function hostOf(at: number): string {
  return `host-${String(at).padStart(3, '0')}`;
}

function nameOf(at: number): string {
  return `user-${String(at).padStart(5, '0')}`;
}

async function measured(count: number): Promise<Map<string, number>> {
  const env = {
    ...SIGN_IN,
    PATH: `${path}:${process.env.PATH}`,
    PALIADIN_LOG_LEVEL: 'error',
  };
  const gateways: TestGateway[] = [];
  for (let at = 0; at < count; at++) gateways.push(await startTestGateway({ databaseUrl: url, env }));
  for (const gateway of gateways) await allWell(gateway);
  await round(gateways, tokens.slice(0, AT_ONCE)); // what is loaded at the first use
  for (const { pid } of gateways) forgetPeak(pid);
  const pids = {
    gateways: gateways.map(({ pid }) => pid),
    hosts: [hosts.pid as number],
    server: [server.pid, ...descendants(server.pid)],
    load: [process.pid],
  };
  const cpu = () => Object.entries(pids).map(([who, some]) => [who, cpuSeconds(some)] as const);
  const before = new Map(cpu());
  const every = tokens.length / TURNS;
  const second = await round(
    gateways,
    tokens.filter((_, at) => Math.floor(at / every) !== Math.floor((at - 1) / every)),
  );
  const used = (who: string) => (new Map(cpu()).get(who) ?? 0) - (before.get(who) ?? 0);
  const perTurn = (who: string) => (used(who) * 1000) / second.turns;
  const found = new Map([
    ['turns a second', second.turns / second.seconds],
    ['accepted a second', second.turns / second.acceptedSeconds],
    ['turns that did not complete', second.failed],
    ['submit refused, first attempts', second.refused],
    ['CPU of the gateways a turn, ms', perTurn('gateways')],
    ['CPU of PostgreSQL a turn, ms', perTurn('server')],
    ['CPU of the simulated hosts a turn, ms', perTurn('hosts')],
    ['CPU of whoever asks a turn, ms', perTurn('load')],
    ['cores used', Object.keys(pids).reduce((sum, who) => sum + used(who), 0) / second.seconds],
    ['a gateway’s peak memory, MB', Math.max(...gateways.map(({ pid }) => peakMegabytes(pid)))],
  ]);
  await Promise.all(gateways.map((gateway) => gateway.dispose()));
  return found;
}

async function allWell(gateway: TestGateway): Promise<void> {
  const owner = await gateway.as('owner');
  const isWell = async () => {
    const said = await (await owner.call('GET', '/api/admin/hosts')).json();
    const { hosts } = said as { hosts: { probes: { error: unknown }[] }[] };
    return hosts.filter(({ probes }) => probes.at(-1)?.error === null).length === HOSTS;
  };
  await until('all hosts to be well', isWell, 60_000);
}

async function round(gateways: readonly TestGateway[], asking: readonly string[]) {
  const calls = caller(AT_ONCE);
  const begun = performance.now();
  const since = () => (performance.now() - begun) / 1000;
  let refused = 0;
  await inParallel(asking, AT_ONCE, async (token, at) => {
    const { url } = gateways[at % gateways.length] as TestGateway;
    refused += await calls.ask(url, token, 'Which cases are due this week?');
  });
  const acceptedSeconds = since();
  await until('all turns to have ended', async () => (await store.turns.countOpen()) === 0, 120_000);
  const seconds = since();
  calls.close();
  const failed = (await store.turns.list({ limit: 200, status: 'failed' })).length;
  return { turns: asking.length, acceptedSeconds, seconds, refused, failed };
}
