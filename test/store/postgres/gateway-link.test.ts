/** How gateways that share a database know of each other, over connections of their own. */
import { randomUUID } from 'node:crypto';
import { Kysely, sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import type { GatewayLink, GatewayMessage } from '../../../src/store/gateway-link.ts';
import { lockOutGateways, openLink } from '../../../src/store/open.ts';
import { postgresDialect } from '../../../src/store/postgres/dialect.ts';
import { GATEWAYS } from '../../../src/store/postgres/gateway-link.ts';
import { sharedServer, startServer } from '../../support/postgres.ts';
import { tcpProxy } from '../../support/tcp-proxy.ts';

const OPTIONS = {
  alone: false,
  waitMs: 0,
  random: Math.random,
  now: () => performance.now(),
  onError: () => {},
};

async function join(url: string, options: Partial<typeof OPTIONS> = {}): Promise<GatewayLink | null> {
  const link = await openLink(url, { ...OPTIONS, ...options });
  onTestFinished(() => link?.close());
  return link;
}

async function joined(url: string): Promise<{ link: GatewayLink; heard: GatewayMessage[] }> {
  const link = (await join(url)) as GatewayLink;
  const heard: GatewayMessage[] = [];
  link.onMessage((message) => heard.push(message));
  return { link, heard };
}

/** The numbers of the gateways that run, as the others see them. */
function running(url: string): () => Promise<number[]> {
  const db = new Kysely<unknown>({ dialect: postgresDialect(url, { most: 1, statementMs: 4000 }) });
  onTestFinished(() => db.destroy());
  return async () => {
    const { rows } = await sql<{ id: number }>`select objid::bigint as id from pg_locks
      where locktype = 'advisory' and classid = ${sql.lit(GATEWAYS)} and objsubid = 2
      and database = (select oid from pg_database where datname = current_database())`.execute(db);
    return rows.map(({ id }) => id);
  };
}

test('gateways share a database; one that has to be alone, and a command, exclude the others', async () => {
  const url = await (await sharedServer()).newDatabase();
  const { link } = await joined(url);
  await joined(url);
  expect(await join(url, { alone: true })).toBeNull();
  expect(await lockOutGateways(url)).toBeNull();
  await link.close();
  expect(await lockOutGateways(url)).toBeNull();

  const other = await (await sharedServer()).newDatabase();
  const release = await lockOutGateways(other);
  expect(release).not.toBeNull();
  expect(await join(other)).toBeNull();
  await release?.();
  expect(await join(other, { alone: true, waitMs: 5000 })).not.toBeNull();
  expect(await join(other)).toBeNull();
});

test('a message reaches the other gateways, gathered, and not the sender', async () => {
  const url = await (await sharedServer()).newDatabase();
  const [one, two, three] = [await joined(url), await joined(url), await joined(url)];
  const [anna, bert] = [randomUUID(), randomUUID()];
  for (let id = 1; id <= 50; id++) one.link.send({ events: [{ userId: anna, turnId: 't', id }] });
  one.link.send({ events: [{ userId: bert, turnId: 't', id: 51 }], sessions: ['s'] });
  for (const { heard } of [two, three]) {
    await expect.poll(() => heard).toHaveLength(1);
    expect(heard[0]).toEqual({
      events: [
        { userId: anna, turnId: 't', id: 50 },
        { userId: bert, turnId: 't', id: 51 },
      ],
      sessions: ['s'],
      all: false,
    });
  }
  expect(one.heard).toEqual([]);
});

test('more than fits into one message arrives in several; far more as the request to look at everything', async () => {
  const url = await (await sharedServer()).newDatabase();
  const [one, two] = [await joined(url), await joined(url)];
  const cursors = (count: number) =>
    Array.from({ length: count }, (_, id) => ({ userId: randomUUID(), turnId: randomUUID(), id: 1_000_000_000 + id }));
  const some = cursors(500);
  one.link.send({ events: some, sessions: Array.from({ length: 100 }, (_, at) => `prefix-${at}-${randomUUID()}`) });
  await expect.poll(() => two.heard.flatMap(({ events }) => events)).toEqual(some);
  expect(two.heard.flatMap(({ sessions }) => sessions)).toHaveLength(100);
  one.link.send({ events: cursors(5000) });
  await expect.poll(() => two.heard.at(-1)).toEqual({ events: [], sessions: [], all: true });
});

test('a gateway whose connection is lost is back as itself, and looks at everything', async () => {
  const server = await startServer();
  onTestFinished(() => server.kill());
  const url = await server.newDatabase();
  const [one, two] = [await joined(url), await joined(url)];
  expect(one.link.knowsOthers()).toBe(true);
  await server.kill();
  await expect.poll(() => one.link.isUp()).toBe(false);
  one.link.send({ sessions: ['s'] });
  await server.start();
  await expect.poll(() => [one, two].map(({ link }) => link.isUp())).toEqual([true, true]);
  // For a moment it can't know whether the others are gone or have not come back yet.
  expect(one.link.knowsOthers()).toBe(false);
  for (const { heard } of [one, two]) await expect.poll(() => heard.some(({ all }) => all)).toBe(true);
  expect((await running(url)()).toSorted()).toEqual([one.link.id, two.link.id].toSorted());
  await expect.poll(() => one.link.knowsOthers()).toBe(true);
});

test('a gateway that says nothing for ten seconds is gone for the others', async () => {
  const url = await (await sharedServer()).newDatabase();
  const proxy = await tcpProxy(Number(new URL(url).port));
  const proxied = new URL(url);
  proxied.port = String(proxy.port);
  const { link } = await joined(proxied.href);
  const now = running(url);
  expect(await now()).toEqual([link.id]);
  proxy.stop();
  const from = performance.now();
  await expect.poll(now, { timeout: 15_000 }).toEqual([]);
  expect(performance.now() - from).toBeGreaterThan(5_000);
  proxy.go();
  await expect.poll(now).toEqual([link.id]);
});

test('one gateway leads, and another does when it is gone', async () => {
  const url = await (await sharedServer()).newDatabase();
  const [one, two] = [await joined(url), await joined(url)];
  expect([await one.link.leads(), await two.link.leads(), await one.link.leads()]).toEqual([true, false, true]);
  await one.link.close();
  await expect.poll(() => two.link.leads()).toBe(true);
});
