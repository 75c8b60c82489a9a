/** What the person who runs the gateway is told when the server can't be used. */
import { expect, test } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import { freePort } from '../../support/free-port.ts';
import { sharedServer } from '../../support/postgres.ts';
import { aUser, temporaryStore } from '../temporary-store.ts';

const open = (url: string) => openStore({ url, file: 'unused' });

test.each([
  [
    'no server',
    async () => `postgres://u:hush@127.0.0.1:${await freePort()}/p`,
    /ECONNREFUSED.*see whether the server runs/,
  ],
  ['an unknown host', async () => 'postgres://u:hush@db.invalid/p', /db\.invalid.*see whether the server runs/],
  [
    'no such database',
    async () => withPassword((await sharedServer()).url('absent')),
    /does not exist; create the database/,
  ],
  [
    'no such user',
    async () => (await sharedServer()).url('postgres').replace('paliadin@', 'absent:hush@'),
    /"absent" does not exist; correct the user/,
  ],
  [
    'a certificate file that is not there',
    async () => 'postgres://u:hush@h/p?sslrootcert=/absent',
    /ENOENT.*; correct it/,
  ],
])('%s is explained, without the password', async (_what, url, expected) => {
  const error = await open(await url()).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: 'store_unavailable', detail: expect.stringMatching(expected) });
  expect(`${error.message} ${error.detail}`).not.toContain('hush');
});

test('every method of a closed store fails with store_unavailable', async () => {
  const { store } = await temporaryStore();
  await aUser(store);
  await store.close();
  for (const call of [store.users.list(), store.turns.write([]), store.turns.takeUp('x', 1), store.check()]) {
    await expect(call).rejects.toMatchObject({ code: 'store_unavailable' });
  }
});

test('a database of a newer version is refused', async () => {
  const url = await (await sharedServer()).newDatabase();
  const { Client } = (await import('pg')).default;
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`insert into kysely_migration values ('0099-future', '2040-01-01T00:00:00.000Z')`);
  await client.query(`update counters set value = 99 where name = 'oldest-gateway'`);
  await client.end();
  await expect(open(url)).rejects.toMatchObject({
    code: 'store_unavailable',
    detail: expect.stringMatching(/newer version of Paliadin made these tables \(0099-future .*start that version/),
  });
});

function withPassword(url: string): string {
  return url.replace('paliadin@', 'paliadin:hush@');
}
