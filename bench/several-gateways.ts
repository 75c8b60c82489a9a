/**
 * One gateway and three on a PostgreSQL database, with one host behind sshd and real terminals of the demo agent: turns a
 * second, how long it takes until another gateway has taken a turn over, and what a reader costs.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../test/support/api-client.ts';
import { apiClient } from '../test/support/api-client.ts';
import { startTestGateway, type TestGateway } from '../test/support/gateway.ts';
import { startLaptop } from '../test/support/laptop.ts';
import { until } from '../test/support/until.ts';
import { cpuSeconds } from './support/cpu.ts';
import { peakMegabytes } from './support/memory.ts';
import { benchServer } from './support/past.ts';
import { quiet } from './support/quiet.ts';
import { compare, distribution, figure, median, report } from './support/report.ts';

const CONVERSATIONS = Number(process.env.PALIADIN_BENCH_CONVERSATIONS ?? 100);
const GATEWAYS = (process.env.PALIADIN_BENCH_GATEWAYS ?? '1,3').split(',').map(Number);
// One round takes a few seconds, in which a single pause of the machine is half of the figure.
const ROUNDS = Number(process.env.PALIADIN_BENCH_ROUNDS ?? 7);
const TAKEOVERS = 5;
// As many streams as a user may have open at one gateway, but for one.
const READERS = 19;
/** The store has not answered in time. */
const BUSY = 503;
// The terminals draw for a while after an answer.
const QUIET_MS = 3000;

await using server = await benchServer();
const found: Map<string, number>[] = [];
for (const count of GATEWAYS) found.push(await measured(count));
const rows = [...(found[0]?.keys() ?? [])].map((what) => [what, ...found.map((of) => of.get(what) ?? Number.NaN)]);
compare(
  `${CONVERSATIONS} conversations of the demo agent ask at once, ${ROUNDS} times`,
  GATEWAYS.map((count) => `${count} gateway${count === 1 ? '' : 's'}`),
  rows,
);

async function measured(count: number): Promise<Map<string, number>> {
  await using laptop = await startLaptop({ env: { PALIADIN_MAX_PANES: String(CONVERSATIONS + 10) } });
  const databaseUrl = await server.newDatabase();
  const env = { PALIADIN_LOG_LEVEL: 'error', PALIADIN_QUEUE_LIMIT: '20' };
  const gateways: TestGateway[] = [];
  for (let at = 0; at < count; at++) gateways.push(await startTestGateway({ laptop, databaseUrl, env }));
  const [first] = gateways as [TestGateway];
  await until('the host to be ready', async () => (await fetch(`${first.url}/readyz`)).ok, 60_000);
  const people: ApiClient[] = [];
  for (let person = 0; person < CONVERSATIONS; person++) people.push(await first.as(`user-${person}`));
  // Each person at one gateway, as behind a proxy that keeps connections.
  const clients = people.map(({ token }, at) => {
    const gateway = gateways[at % gateways.length] as TestGateway;
    return apiClient(() => gateway.url, token);
  });
  await askAll(clients); // starts the agents
  process.stderr.write(`${count} gateways: the agents have started\n`);
  const rates: number[] = [];
  let [completed, refused] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    await quiet(QUIET_MS);
    const begun = performance.now();
    const asked = await askAll(clients);
    rates.push(asked.completed / ((performance.now() - begun) / 1000));
    process.stderr.write(`${count} gateways, round ${round + 1}: ${rates.at(-1)?.toFixed(1)} turns a second\n`);
    completed += asked.completed;
    refused += asked.refused;
  }
  const found = new Map([
    [`turns completed, of ${ROUNDS * CONVERSATIONS}`, completed],
    ['turns a second, median of the rounds', median(rates)],
    ['turns a second, slowest round', Math.min(...rates)],
    ['turns a second, fastest round', Math.max(...rates)],
    ['submits refused at first: the store was busy for 3 s', refused],
    ['a gateway’s peak memory, MB', Math.max(...gateways.map(({ pid }) => peakMegabytes(pid)))],
  ]);
  if (count > 1) {
    await takeOvers(gateways, people[0] as ApiClient, laptop.release);
    await readers(gateways, people[1] as ApiClient);
  }
  await Promise.all(gateways.map((gateway) => gateway.dispose()));
  return found;
}

async function askAll(clients: readonly ApiClient[]): Promise<{ completed: number; refused: number }> {
  let refused = 0;
  const statuses = await Promise.all(
    clients.map(async ({ call, finished }) => {
      const headers = { 'idempotency-key': crypto.randomUUID() };
      for (;;) {
        const asked = await call('POST', '/api/turns', {
          body: { message: 'demo at once' },
          headers,
        });
        const { turnId } = (await asked.json()) as { turnId: string };
        if (asked.ok) {
          const { status, error } = await finished(turnId);
          if (status !== 'completed') process.stderr.write(`${turnId} ${status}: ${error?.code} ${error?.detail}\n`);
          return status;
        }
        if (asked.status !== BUSY) throw new Error(`the gateway refused a question with ${asked.status}`);
        refused++; // as a page does: again, with the same key
        await delay(250);
      }
    }),
  );
  return { completed: statuses.filter((status) => status === 'completed').length, refused };
}

/** Asks at the first gateway, ends it, and looks at the record for the next run. */
async function takeOvers(
  gateways: readonly TestGateway[],
  { token, me }: ApiClient,
  release: (name: string, session: string) => void,
): Promise<void> {
  const [one, two] = gateways as [TestGateway, TestGateway];
  const [here, there] = [apiClient(() => one.url, token), apiClient(() => two.url, token)];
  const session = (await me()).session.name;
  const { turns } = await two.store();
  const findings = [];
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    const samples: number[] = [];
    for (let run = 0; run < TAKEOVERS; run++) {
      const name = `${signal}-${run}`.toLowerCase();
      const { turnId } = await here.ask(`demo hold ${name}`);
      await here.until(turnId, 'chunk');
      const before = (await turns.get(turnId))?.fence;
      const from = performance.now();
      const ended = one.end(signal);
      while ((await turns.get(turnId))?.fence === before) await delay(5);
      samples.push(performance.now() - from);
      await ended;
      release(name, session);
      await there.finished(turnId);
      await one.start();
    }
    findings.push(distribution(`another gateway has the turn after ${signal}, ms`, samples));
  }
  report('Take-over of a running turn', findings);
}

/** The same answer in many pieces, read by nobody and by many at a gateway that does not run it. */
async function readers(gateways: readonly TestGateway[], { token }: ApiClient): Promise<void> {
  const [one, two] = gateways as [TestGateway, TestGateway];
  const [here, there] = [apiClient(() => one.url, token), apiClient(() => two.url, token)];
  const cost = async (count: number) => {
    const before = cpuSeconds([two.pid]);
    const { turnId } = await here.ask('demo slow 8');
    const streams = Array.from({ length: count }, () => Array.fromAsync(there.events(turnId)));
    const read = await Promise.all(streams);
    const { status } = await here.finished(turnId);
    if (status !== 'completed') throw new Error(`the turn ended as ${status}`);
    return { cpu: cpuSeconds([two.pid]) - before, events: read.reduce((sum, events) => sum + events.length, 0) };
  };
  const [none, many] = [await cost(0), await cost(READERS)];
  report(`${READERS} readers of one turn, at a gateway that does not run it`, [
    figure('events delivered', many.events),
    figure('CPU of that gateway without readers, ms', none.cpu * 1000),
    figure('CPU of that gateway a delivered event, ms', ((many.cpu - none.cpu) * 1000) / many.events),
  ]);
}
