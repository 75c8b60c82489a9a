/**
 * What gateways can carry if agents cost nothing: a hundred hosts with a hundred conversations each, simulated by one
 * process that answers at once, behind one gateway and behind three. The second round measures: in the first, users and
 * conversations are created. `PALIADIN_BENCH_HOSTS` and `PALIADIN_BENCH_CONVERSATIONS` change the numbers.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openStore } from '../src/store/open.ts';
import type { Store } from '../src/store/store.ts';
import { startTestGateway, type TestGateway } from '../test/support/gateway.ts';
import { descendants } from '../test/support/processes.ts';
import { temporaryDirectory } from '../test/support/temporary.ts';
import { cpuSeconds } from './support/cpu.ts';
import { caller, inParallel, SIGN_IN, tokenOf } from './support/load.ts';
import { forgetPeak, peakMegabytes } from './support/memory.ts';
import { benchServer } from './support/past.ts';
import { compare } from './support/report.ts';

const HOSTS = Number(process.env.PALIADIN_BENCH_HOSTS ?? 100);
const CONVERSATIONS = Number(process.env.PALIADIN_BENCH_CONVERSATIONS ?? 100);
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
const tokens = await Promise.all(
  Array.from({ length: HOSTS * CONVERSATIONS }, (_, user) => tokenOf(`user-${String(user).padStart(5, '0')}`)),
);
const [one, three] = [await measured(1), await measured(3)];
hosts.kill();
await remove();
const rows = [...one.keys()].map((what) => [what, one.get(what) ?? Number.NaN, three.get(what) ?? Number.NaN]);
compare(`${HOSTS} hosts × ${CONVERSATIONS} conversations, one question each`, ['1 gateway', '3 gateways'], rows);

async function measured(count: number): Promise<Map<string, number>> {
  const url = await server.newDatabase();
  const store = await openStore({ url, file: '' });
  for (const name of ['key', 'known_hosts']) writeFileSync(join(path, name), '', { mode: 0o600 });
  for (let at = 0; at < HOSTS; at++) {
    const reach = { user: 'bench', address: '127.0.0.1', port: FIRST_PORT + at };
    const files = { keyFile: join(path, 'key'), knownHostsFile: join(path, 'known_hosts') };
    const name = `host-${String(at).padStart(3, '0')}`;
    await store.hosts.add({ name, ...reach, ...files }, { actor: 'cli', at: Date.now() });
  }
  const env = {
    ...SIGN_IN,
    PATH: `${path}:${process.env.PATH}`,
    PALIADIN_LOG_LEVEL: 'error',
    PALIADIN_MAX_CONNECTIONS: '10000',
  };
  const gateways: TestGateway[] = [];
  for (let at = 0; at < count; at++) gateways.push(await startTestGateway({ databaseUrl: url, env }));
  for (const gateway of gateways) await allWell(gateway);
  const first = await round(gateways, store);
  for (const { pid } of gateways) forgetPeak(pid);
  const pids = {
    gateways: gateways.map(({ pid }) => pid),
    hosts: [hosts.pid as number],
    server: [server.pid, ...descendants(server.pid)],
    load: [process.pid],
  };
  const cpu = () => Object.entries(pids).map(([who, some]) => [who, cpuSeconds(some)] as const);
  const before = new Map(cpu());
  const second = await round(gateways, store);
  const used = (who: string) => (new Map(cpu()).get(who) ?? 0) - (before.get(who) ?? 0);
  const perTurn = (who: string) => (used(who) * 1000) / second.turns;
  const found = new Map([
    ['turns a second, with new users and conversations', first.turns / first.seconds],
    ['turns a second', second.turns / second.seconds],
    ['accepted a second', second.turns / second.acceptedSeconds],
    ['turns that did not complete', second.failed],
    ['submit refused, first attempts', second.refused],
    ['CPU of the gateways a turn, ms', perTurn('gateways')],
    ['CPU of PostgreSQL a turn, ms', perTurn('server')],
    ['CPU of the simulated hosts a turn, ms', perTurn('hosts')],
    ['CPU of whoever asks a turn, ms', perTurn('load')],
    [
      'CPU used of the machine’s, %',
      (100 * Object.keys(pids).reduce((sum, who) => sum + used(who), 0)) / second.seconds,
    ],
    ['a gateway’s peak memory, MB', Math.max(...gateways.map(({ pid }) => peakMegabytes(pid)))],
  ]);
  await Promise.all(gateways.map((gateway) => gateway.dispose()));
  await store.close();
  return found;
}

async function allWell(gateway: TestGateway): Promise<void> {
  const owner = await gateway.as('owner');
  for (;;) {
    const said = await (await owner.call('GET', '/api/admin/hosts')).json();
    const { hosts } = said as { hosts: { probes: { error: unknown }[] }[] };
    if (hosts.filter(({ probes }) => probes.at(-1)?.error === null).length === HOSTS) return;
    await delay(500);
  }
}

async function round(gateways: readonly TestGateway[], store: Store) {
  const calls = caller(AT_ONCE);
  const begun = performance.now();
  const since = () => (performance.now() - begun) / 1000;
  let refused = 0;
  await inParallel(tokens, AT_ONCE, async (token, at) => {
    const { url } = gateways[at % gateways.length] as TestGateway;
    for (;;) {
      const status = await calls.ask(url, token, 'Which cases are due this week?');
      if (status === 202) return;
      refused++;
      await delay(100);
    }
  });
  const acceptedSeconds = since();
  while ((await store.turns.countOpen()) > 0) await delay(50);
  const seconds = since();
  calls.close();
  const failed = (await store.turns.list({ limit: 200, status: 'failed' })).length;
  return { turns: tokens.length, acceptedSeconds, seconds, refused, failed };
}
