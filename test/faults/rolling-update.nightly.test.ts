/**
 * Gateways are updated one after the other: this one still runs, or starts again, while a newer one has already changed the
 * tables.
 */
import pg from 'pg';
import { expect, test, vi } from 'vitest';
import { migrations, OLDEST_ROW } from '../../src/store/migrations/migrate.ts';
import { startTestGateway } from '../support/gateway.ts';
import { sharedServer } from '../support/postgres.ts';
import { gatewayForTest } from '../support/use-gateway.ts';
import { somebody } from './somebody.ts';

vi.setConfig({ testTimeout: 120_000 });

const NEWEST = Number.parseInt(Object.keys(migrations).at(-1) as string, 10);

/** What a newer gateway does at its start, in one transaction. */
async function updateTables(url: string, oldest: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`begin;
    alter table turns add column later text;
    alter table turns add column counted integer not null default 0;
    alter table agent_sessions add column later text;
    create table later_things (id integer primary key);
    create index turns_later on turns (later);
    insert into kysely_migration (name, timestamp) values ('9999-later', now()::text);
    update counters set value = ${oldest} where name = '${OLDEST_ROW}';
    commit`);
  await client.end();
}

test('a gateway goes on while a newer one changes the tables, and starts again on them; no question is lost', async () => {
  const databaseUrl = await (await sharedServer()).newDatabase();
  const gateway = await gatewayForTest({ databaseUrl });
  const owner = await somebody(gateway);
  const { turnId } = await owner.ask('demo hold here');
  const waiting = await owner.ask('demo at once');
  await owner.until(turnId, 'chunk');
  await updateTables(databaseUrl, NEWEST);
  await owner.release('here');
  expect(await owner.finished(turnId)).toMatchObject({ status: 'completed', error: null });
  expect(await owner.finished(waiting.turnId)).toMatchObject({ status: 'completed' });
  const held = await owner.ask('demo hold again');
  await owner.until(held.turnId, 'chunk');
  await gateway.end('SIGKILL');
  await owner.release('again');
  await gateway.start();
  const ended = await owner.finished(held.turnId);
  expect(ended).toMatchObject({ status: 'completed', error: null });
  expect(Object.keys(ended)).not.toContain('later');
  expect(await owner.timesReceived(held.turnId)).toBe(1);
  await owner.goesOn();
});

test('a gateway that is too old for the tables says so and does not start', async () => {
  const databaseUrl = await (await sharedServer()).newDatabase();
  await updateTables(databaseUrl, NEWEST + 1);
  await expect(startTestGateway({ databaseUrl })).rejects.toThrow('a newer version of Paliadin made these tables');
});
