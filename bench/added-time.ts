/**
 * What Paliadin adds to the agent's own time, with a demo agent that answers at once: from submit until the agent has
 * the prompt, and from the agent's end until the client has the final event. On both stores, turn by turn, so that what
 * else the machine does slows both.
 */
import { startTestGateway, type TestGateway } from '../test/support/gateway.ts';
import { type Added, askerOf } from './support/asker.ts';
import { benchServer } from './support/past.ts';
import { distribution, report } from './support/report.ts';

const WARM_UP = 30;
const TURNS = Number(process.env.PALIADIN_BENCH_TURNS ?? 300);

await using server = await benchServer();
const env = { PALIADIN_LOG_LEVEL: 'error' };
await using onSqlite = await startTestGateway({ env });
await using onPostgres = await startTestGateway({ env, databaseUrl: await server.newDatabase() });
const stores: [string, TestGateway][] = [
  ['SQLite', onSqlite],
  ['PostgreSQL', onPostgres],
];
const askers = [];
for (const [name, gateway] of stores) askers.push({ name, asker: await askerOf(gateway), turns: [] as Added[] });
for (let turn = 0; turn < WARM_UP; turn++) for (const { asker } of askers) await asker.ask();
for (let turn = 0; turn < TURNS; turn++) for (const { asker, turns } of askers) turns.push(await asker.ask());
for (const { name, asker, turns } of askers) {
  asker.close();
  const of = (what: string, part: keyof Added, limit?: string) =>
    distribution(
      what,
      turns.map((turn) => turn[part]),
      limit,
    );
  report(`Added time per turn on ${name}, ms (${TURNS} turns)`, [
    of('submit → accepted, on record', 'accepted'),
    of('submit → agent has the prompt', 'prompted'),
    of('agent has it → client hears "running"', 'running'),
    of('agent finished → client has the end', 'finished'),
    of('added in all', 'added', name === 'SQLite' ? 'p50 ≤ 8, p95 ≤ 25' : undefined),
  ]);
}
