/** Moving from the file to PostgreSQL by the command line, and the commands beside a gateway that uses it. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';
import { sharedServer } from '../support/postgres.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { cliEnv, runCli } from './run-cli.ts';

vi.setConfig({ testTimeout: 120_000 });

test('db copy moves a stopped gateway’s file to PostgreSQL, where its users go on', async () => {
  const state = await temporaryDirectory();
  onTestFinished(() => state.remove());
  const databaseUrl = await (await sharedServer()).emptyDatabase();
  const env = { PALIADIN_DATABASE_URL: databaseUrl.replace('paliadin@', 'paliadin:hush@') };
  const before = await startTestGateway({ stateDir: state.path });
  onTestFinished(() => before.dispose());
  const anna = await before.as('anna');
  const asked = await anna.answer('demo at once');
  const copy = () => runCli(cliEnv(before, env), 'db', 'copy');
  expect(await copy()).toMatchObject({ code: 1, stderr: expect.stringContaining('a gateway runs on the file') });
  expect(await before.end('SIGTERM')).toBe(0);

  expect(await copy()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^turns +1$/m) });
  expect(await copy()).toMatchObject({ code: 1, stderr: expect.stringContaining('in use; name an empty one') });
  await before.start(env);
  expect((await anna.history()).turns).toMatchObject([{ turnId: asked.turnId, response: 'At once.' }]);
  expect(await anna.answer('demo at once')).toMatchObject({ status: 'completed' });

  const cli = (...args: string[]) => runCli(cliEnv(before, env), ...args);
  const { stdout, stderr } = await cli('doctor');
  expect(stdout).toMatch(/store +PostgreSQL \d+\S*, postgres:\/\/paliadin@127\.0\.0\.1:\d+\/t_/);
  expect(stdout + stderr + (await cli('config')).stdout).not.toContain('hush');
  expect((await cli('audit', 'verify')).code).toBe(0);
  expect((await cli('turns', '--json', '--user', 'anna')).stdout).toContain(asked.turnId);
  expect((await cli('user', 'disable', 'anna')).code).toBe(0);
});

test('db copy says what is missing', async () => {
  const state = await temporaryDirectory();
  onTestFinished(() => state.remove());
  const at = { stateDir: state.path };
  expect((await runCli(cliEnv(at), 'db', 'copy')).stderr).toContain('PALIADIN_DATABASE_URL is not set');
  const env = cliEnv(at, { PALIADIN_DATABASE_URL: 'postgres://db.invalid/p' });
  expect((await runCli(env, 'db', 'copy')).stderr).toContain('paliadin.db is not there');
  const doctor = await runCli(env, 'doctor');
  expect(doctor.code).toBe(1);
  expect(doctor.stdout).toMatch(/store.*db\.invalid/);
});
