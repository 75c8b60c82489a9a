/**
 * T7. An attacker answers under the host's address, with a key of their own, and records what comes. Or they choose
 * the host's name in the configuration, and write an ssh option into it.
 *
 * Verified: the fake host gets neither a login nor a byte of a question, before and in the middle of a turn; such names
 * stop the start, and what they would have run was not run.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { runCli } from '../faults/run-cli.ts';
import { somebody } from '../faults/somebody.ts';
import { startLaptop } from '../support/laptop.ts';
import { useGateway } from '../support/use-gateway.ts';

const laptop = await startLaptop();
afterAll(laptop.dispose);
const running = useGateway({ laptop });

test('T7: a fake host gets neither a login nor a byte of a question', async () => {
  const owner = await somebody(running());
  const held = await owner.ask('demo hold here');
  await owner.until(held.turnId, 'chunk');
  const taken = join(laptop.home, 'taken');

  // From here on it is another machine: another key, and a shim that keeps what it is told.
  laptop.setKeyOptions(`command="cat > ${taken}"`);
  await laptop.changeHostKey();
  const before = laptop.log.length;
  laptop.cut();
  expect(await owner.finished(held.turnId)).toMatchObject({ error: { code: 'host_key_changed' } });
  const turn = await owner.answer('demo echo the secret of case 42');
  expect(turn).toMatchObject({ status: 'failed', error: { code: 'host_key_changed', retryable: false } });
  expect(await owner.timesReceived(turn.turnId)).toBe(0);
  await expect(owner.reset()).rejects.toThrow(/host_key_changed/);

  expect(existsSync(taken)).toBe(false);
  const log = laptop.log.slice(before);
  expect(log).toMatch(/\[preauth\]/); // it was asked who it is
  expect(log).not.toMatch(/Accepted|Starting session/);
});

test.each([
  ['PALIADIN_REMOTE_HOST', '-oProxyCommand=touch CANARY'],
  ['PALIADIN_REMOTE_HOST', '-oProxyCommand=touch$IFS.CANARY'],
  ['PALIADIN_REMOTE_HOST', '-FCANARY'],
  ['PALIADIN_REMOTE_HOST', '--'],
  ['PALIADIN_REMOTE_HOST', 'laptop -oProxyCommand=touch CANARY'],
  ['PALIADIN_REMOTE_HOST', 'laptop\n-oProxyCommand=touch CANARY'],
  ['PALIADIN_REMOTE_HOST', '$(touch CANARY)'],
  ['PALIADIN_REMOTE_HOST', '`touch CANARY`'],
  ['PALIADIN_REMOTE_HOST', 'laptop;touch CANARY'],
  ['PALIADIN_REMOTE_HOST', 'm@laptop'],
  ['PALIADIN_REMOTE_HOST', 'ssh://laptop'],
  ['PALIADIN_REMOTE_USER', '-oProxyCommand=touch CANARY'],
  ['PALIADIN_REMOTE_USER', 'm@elsewhere'],
  ['PALIADIN_REMOTE_USER', '$(touch CANARY)'],
  ['PALIADIN_REMOTE_PORT', '22 -oProxyCommand=touch CANARY'],
  ['PALIADIN_REMOTE_PORT', '-1'],
])('T7: %s=%j stops the start', async (name, value) => {
  const directory = mkdtempSync(join(tmpdir(), 'pal-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const canary = join(directory, 'canary');
  const env = { ...laptop.variables, PALIADIN_PORT: '0', PALIADIN_STATE_DIR: join(directory, 'state') };
  const { code, said } = await runCli(['start'], {
    env: { ...env, [name]: value.replaceAll('CANARY', canary) },
    cwd: directory,
  });
  expect(code).toBe(1);
  expect(said).toMatch(new RegExp(`^paliadin: ${name} is "`));
  expect(readdirSync(directory)).toEqual([]);
});
