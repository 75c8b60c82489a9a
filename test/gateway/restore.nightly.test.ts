/** The restore drill of docs/deploy.md, on both stores: a backup of a running gateway, the loss of everything, a restore. */
import { execFile } from 'node:child_process';
import { copyFile, glob, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { cliEnv, runCli } from '../cli/run-cli.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { sharedServer } from '../support/postgres.ts';
import { temporaryDirectory } from '../support/temporary.ts';

vi.setConfig({ testTimeout: 120_000 });

const run = promisify(execFile);

interface Drill {
  databaseUrl?: string;
  /** Makes the backup while the gateway runs. */
  backUp(gateway: TestGateway): Promise<unknown>;
  /** Brings it back where nothing is left. Returns the settings that have changed. */
  restore(gateway: TestGateway): Promise<Record<string, string>>;
}

async function onFile(): Promise<Drill> {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const copy = join(path, 'copy.db');
  return {
    // As the documentation has it.
    backUp: ({ stateDir }) =>
      run(process.execPath, [
        '-e',
        `const { backup, DatabaseSync } = require('node:sqlite');
         backup(new DatabaseSync('${stateDir}/paliadin.db'), '${copy}')`,
      ]),
    async restore({ stateDir }) {
      for (const end of ['', '-wal', '-shm']) await rm(join(stateDir, `paliadin.db${end}`), { force: true });
      await copyFile(copy, join(stateDir, 'paliadin.db'));
      return {};
    },
  };
}

async function onPostgres(): Promise<Drill> {
  const server = await sharedServer();
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const dump = join(path, 'paliadin.dump');
  const [programs] = (await Array.fromAsync(glob('/usr/lib/postgresql/*/bin'))).sort().reverse();
  const databaseUrl = await server.newDatabase();
  return {
    databaseUrl,
    backUp: () => run(`${programs}/pg_dump`, ['--format=custom', `--file=${dump}`, databaseUrl]),
    async restore() {
      const empty = await server.emptyDatabase();
      await run(`${programs}/pg_restore`, ['--exit-on-error', `--dbname=${empty}`, dump]);
      return { PALIADIN_DATABASE_URL: empty };
    },
  };
}

test.each([
  ['a file', onFile],
  ['PostgreSQL', onPostgres],
])('a backup of %s brings back people, tokens, turns and audit log, and conversations go on', async (_name, begin) => {
  const { databaseUrl, backUp, restore } = await begin();
  const gateway = await startTestGateway(databaseUrl === undefined ? {} : { databaseUrl });
  onTestFinished(() => gateway.dispose());
  const anna = await gateway.as('anna');
  const kept = await anna.answer('Which cases are open?');
  await backUp(gateway);
  await anna.answer('Which are due?');
  await gateway.end('SIGKILL');

  const changed = await restore(gateway);
  await rm(join(gateway.stateDir, 'audit-head'), { force: true });
  await gateway.start(changed);
  expect((await anna.history()).turns).toMatchObject([{ turnId: kept.turnId, response: kept.response }]);
  // The host knows of the question that the backup does not have.
  const { status, response } = await anna.answer('And tomorrow?');
  expect({ status, response }).toMatchObject({ status: 'completed', response: expect.stringContaining('question 3') });
  const url = changed.PALIADIN_DATABASE_URL;
  const env = cliEnv(gateway, url === undefined ? {} : { PALIADIN_DATABASE_URL: url });
  expect(await runCli(env, 'audit', 'verify')).toMatchObject({ code: 0 });
});
