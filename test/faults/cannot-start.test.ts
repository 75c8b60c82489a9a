/**
 * The gateway can't start: its port is taken, its state directory can't be written or belongs to another
 * gateway, its database is damaged. It exits at once with a message that names the cause and says what to do,
 * and a gateway that already runs goes on.
 */

import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../support/temporary.ts';
import { gatewayForTest } from '../support/use-gateway.ts';
import { runCli } from './run-cli.ts';
import { somebody } from './somebody.ts';

test('a port that is taken stops the start with a message that names it and says what to do', async () => {
  const { path } = await directory();
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  const { code, said } = await start(path, { PALIADIN_PORT: String(port) });
  expect(code).toBe(1);
  expect(said).toMatch(
    `paliadin: PALIADIN_PORT is ${port}: it is taken by another program; stop that, or set PALIADIN_PORT`,
  );
  // Nothing of it is left that would be in the way of the next try.
  const gateway = await gatewayForTest({ stateDir: path });
  await (await somebody(gateway)).goesOn();
});

test('a state directory that can’t be written stops the start with a message that says what to do', async () => {
  const { path } = await directory();
  const closed = join(path, 'closed');
  await mkdir(closed, { mode: 0o555 });
  await chmod(path, 0o755);
  // Nothing is closed to root, so there another account has to try.
  const { code, said } = await start(closed, {}, process.getuid?.() === 0 ? { uid: NOBODY } : {});
  expect(code).toBe(1);
  expect(said).toMatch(`paliadin: the state directory can't be used: EACCES: permission denied`);
  expect(said).toMatch(closed);
  expect(said).toMatch('Set PALIADIN_STATE_DIR to one you can write.');
});

test('a second gateway on one state directory is refused, and the first goes on', async () => {
  const gateway = await gatewayForTest();
  const owner = await somebody(gateway);
  const { turnId } = await owner.ask('demo hold here');
  await owner.until(turnId, 'chunk');
  const { code, said } = await start(gateway.stateDir);
  expect(code).toBe(1);
  expect(said).toMatch(
    `paliadin: another gateway runs on the state directory ${gateway.stateDir}; stop it, or set PALIADIN_STATE_DIR`,
  );
  await owner.release('here');
  expect(await owner.finished(turnId)).toMatchObject({ status: 'completed' });
  expect(await owner.timesReceived(turnId)).toBe(1);
});

test('a damaged database is left unchanged, and stops the start with a message that says what to do', async () => {
  const { path } = await directory();
  const file = join(path, 'paliadin.db');
  const damaged = 'this was a database once '.repeat(1000);
  await writeFile(file, damaged);
  const { code, said } = await start(path);
  expect(code).toBe(1);
  expect(said).toMatch(
    `paliadin: ${file}: file is not a database; this is no SQLite database, or a damaged one: move it away`,
  );
  expect(await readFile(file, 'utf8')).toBe(damaged);
});

test('an invalid setting stops the start with a message that has its value and what is allowed', async () => {
  const { path } = await directory();
  const { code, said } = await start(path, { PALIADIN_TURN_TIMEOUT: 'soon' });
  expect(code).toBe(1);
  expect(said).toMatch('paliadin: PALIADIN_TURN_TIMEOUT is "soon": a number with ms, s, m or h, such as 60s');
});

test('a public address without a sign-in method stops the start', async () => {
  const { path } = await directory();
  const { code, said } = await start(path, { PALIADIN_HOST: '0.0.0.0' });
  expect(code).toBe(1);
  expect(said).toMatch('paliadin: PALIADIN_HOST is "0.0.0.0"');
  expect(said).toMatch('127.0.0.1');
});

async function directory() {
  const made = await temporaryDirectory();
  onTestFinished(made.remove);
  return made;
}

function start(stateDir: string, env: Record<string, string> = {}, account: { uid?: number } = {}) {
  const settings = { PALIADIN_AGENT: 'demo', PALIADIN_PORT: '0', PALIADIN_STATE_DIR: stateDir, ...env };
  return runCli(['start'], { env: settings, cwd: '/', ...account });
}

// By long custom the number of an account that owns nothing.
const NOBODY = 65534;
