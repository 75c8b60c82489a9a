/** `db status` and `db migrate` on both stores, and a gateway whose role may only add to the audit log. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { migrations } from '../../src/store/migrations/migrate.ts';
import { startTestGateway } from '../support/gateway.ts';
import { sharedServer } from '../support/postgres.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { cliEnv, runCli } from './run-cli.ts';

vi.setConfig({ testTimeout: 120_000 });

const NAMES = Object.keys(migrations);
const LAST = NAMES.at(-1) ?? '';

async function stateDirectory(): Promise<string> {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  return path;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('db status and db migrate bring a file of an older version up to date, and say so', async () => {
  const stateDir = await stateDirectory();
  const db = (...args: string[]) => runCli(cliEnv({ stateDir }), 'db', ...args);
  expect(await db('status')).toMatchObject({ code: 1, stderr: expect.stringMatching(/paliadin\.db is not there yet/) });
  expect(await db('migrate')).toMatchObject({ code: 0, stdout: `the tables are up to date: ${LAST}\n` });
  const { code, stdout } = await db('status');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^database +SQLite \S+, .*paliadin\.db$/m);
  expect(stdout).toMatch(new RegExp(`^migrations +${NAMES.length} done$`, 'm'));
  expect(stdout).toMatch(/^turns +0 rows$/m);

  // As a version left it that did not have the last one.
  const file = new DatabaseSync(join(stateDir, 'paliadin.db'));
  file.exec(`delete from kysely_migration where name = '${LAST}'`);
  expect(await db('status')).toMatchObject({ code: 1, stdout: expect.stringContaining(`${LAST} is missing`) });
  file.exec(`insert into kysely_migration values ('${LAST}', ''), ('9999-later', '')`);
  // A version that this one is too old for.
  file.exec(`update counters set value = 9999 where name = 'oldest-gateway'`);
  file.close();
  const later = JSON.parse((await db('status', '--json')).stdout);
  expect(later.migrations).toEqual({ done: NAMES, missing: [], unknown: ['9999-later'] });
  expect(await db('migrate')).toMatchObject({ code: 1, stderr: expect.stringContaining('a newer version') });
  expect(await db('migrate', '--role', 'x')).toMatchObject({ code: 1, stderr: expect.stringContaining('PostgreSQL') });
});

describe('on PostgreSQL', () => {
  async function databaseAndRole() {
    const owner = await (await sharedServer()).emptyDatabase();
    const role = `gate"way ${randomBytes(4).toString('hex')}`;
    await query(owner, `create role "${role.replace('"', '""')}" login`);
    const url = new URL(owner);
    url.username = encodeURIComponent(role);
    const stateDir = await stateDirectory();
    const as = (databaseUrl: string) => cliEnv({ stateDir }, { PALIADIN_DATABASE_URL: databaseUrl });
    const db = (databaseUrl: string, ...args: string[]) => runCli(as(databaseUrl), 'db', ...args);
    return { owner, role, gateway: url.href, stateDir, db };
  }

  test('db status changes nothing in an empty database', async () => {
    const { owner, db } = await databaseAndRole();
    const { code, stdout } = await db(owner, 'status', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ bytes: 0, rows: {}, migrations: { done: [], missing: NAMES } });
    expect(await query(owner, `select * from pg_tables where schemaname = 'public'`)).toEqual([]);
  });

  test('a gateway with a role of its own does all its work, and can’t change the audit log', async () => {
    const { owner, role, gateway, stateDir, db } = await databaseAndRole();
    expect(await db(gateway, 'migrate')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('paliadin db migrate --role'),
    });
    const { code, stdout } = await db(owner, 'migrate', '--role', role);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining(`${role} may use them, and only add to the audit log`),
    });

    const started = await startTestGateway({ stateDir, databaseUrl: gateway });
    onTestFinished(() => started.dispose());
    const anna = await started.as('anna');
    expect(await anna.answer('demo at once')).toMatchObject({ status: 'completed' });
    const cli = (...args: string[]) => runCli(cliEnv({ stateDir }, { PALIADIN_DATABASE_URL: gateway }), ...args);
    expect(await cli('user', 'delete', 'anna', '--yes')).toMatchObject({ code: 0 });
    expect(await cli('audit', 'verify')).toMatchObject({ code: 0 });
    expect(await cli('db', 'status')).toMatchObject({ code: 0 });

    for (const change of [
      `update audit_log set actor = 'x'`,
      'delete from audit_log',
      'truncate audit_log',
      'delete from audit_head',
      'alter table audit_log disable trigger all',
      'drop table audit_log',
      `delete from kysely_migration`,
    ]) {
      await expect(query(gateway, change), change).rejects.toMatchObject({ code: '42501' });
    }
  });

  test('db migrate refuses a role that may change the tables whatever is granted, and one that is not there', async () => {
    const { owner, db } = await databaseAndRole();
    expect(await db(owner, 'migrate', '--role', 'paliadin')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/the role paliadin may change the tables.*; name another\n$/),
    });
    expect(await db(owner, 'migrate', '--role', 'nobody-here')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('create role "nobody-here" login'),
    });
  });
});
