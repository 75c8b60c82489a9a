/** Moving from the file to PostgreSQL by the command line, and the commands beside a gateway that uses it. */
import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';
import { sharedServer } from '../support/postgres.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { cliEnv, runCli } from './run-cli.ts';

vi.setConfig({ testTimeout: 120_000 });

interface Exported {
  attachments: { name: string; content: string }[];
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

test('db copy moves a stopped gateway’s file to PostgreSQL, where its users go on', async () => {
  const state = await temporaryDirectory();
  onTestFinished(() => state.remove());
  const databaseUrl = await (await sharedServer()).emptyDatabase();
  const env = { PALIADIN_DATABASE_URL: databaseUrl.replace('paliadin@', 'paliadin:hush@') };
  const before = await startTestGateway({ stateDir: state.path });
  onTestFinished(() => before.dispose());
  const anna = await before.as('anna');
  const asked = await anna.answer('demo at once');
  // Longer than one piece in the store.
  const bytes = randomBytes(600_000).toString('hex');
  const [long, unused] = [await anna.upload('long.txt', bytes), await anna.upload('later.txt', 'asked with later')];
  const withFile = await anna.answer('What is it?', { attachments: [long.id] });
  const copy = () => runCli(cliEnv(before, env), 'db', 'copy');
  expect(await copy()).toMatchObject({ code: 1, stderr: expect.stringContaining('a gateway runs on the file') });
  expect(await before.end('SIGTERM')).toBe(0);

  expect(await copy()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^turns +2$/m) });
  expect(await copy()).toMatchObject({ code: 1, stderr: expect.stringContaining('in use; name an empty one') });
  await before.start(env);
  const { turns } = await anna.history();
  expect(turns.find(({ turnId }) => turnId === asked.turnId)).toMatchObject({ response: 'At once.' });
  expect(turns.find(({ turnId }) => turnId === withFile.turnId)).toMatchObject({ attachments: [long] });
  expect(await (await anna.call('GET', `/api/attachments/${long.id}`)).text()).toBe(bytes);
  expect((await anna.answer('And this?', { attachments: [unused.id] })).response).toContain('“asked with later”');
  expect(await anna.answer('demo at once')).toMatchObject({ status: 'completed' });

  const cli = (...args: string[]) => runCli(cliEnv(before, env), ...args);
  const { stdout, stderr } = await cli('doctor');
  expect(stdout).toMatch(/store +PostgreSQL \d+\S*, postgres:\/\/paliadin@127\.0\.0\.1:\d+\/t_/);
  expect(stdout + stderr + (await cli('config')).stdout).not.toContain('hush');
  expect((await cli('audit', 'verify')).code).toBe(0);
  expect((await cli('turns', '--json', '--user', 'anna')).stdout).toContain(asked.turnId);
  const exported = JSON.parse((await cli('user', 'export', 'anna')).stdout) as { turns: Exported[] };
  const files = exported.turns.flatMap(({ attachments }) => attachments);
  expect(files.find(({ name }) => name === 'long.txt')).toEqual({ ...long, content: base64(bytes) });
  expect(files.find(({ name }) => name === 'later.txt')).toMatchObject({ content: base64('asked with later') });
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
