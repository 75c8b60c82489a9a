/** What an agent is started with, and whether hooks of a running one still reach the daemon. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readAgentSecret } from '../../../../src/host/agent-secret.ts';
import { changeAgentRecord } from '../../../../src/host/agents/claude/agent-record.ts';
import { claudeDriver } from '../../../../src/host/agents/claude/driver.ts';
import { claudeEnv } from '../../../../src/host/agents/claude-code.ts';
import { agentDirectory } from '../../../../src/host/journal.ts';
import { relayFiles } from '../../../../src/host/relay/files.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

async function driverForTest() {
  const { path, remove } = await temporaryDirectory();
  const { sessions, hooks } = relayFiles(path);
  const relay = { port: 1111 };
  const directory = agentDirectory(sessions, 'one');
  for (const each of [directory, join(path, 'work')]) mkdirSync(each, { recursive: true });
  const driver = await claudeDriver({
    relay,
    sessions,
    hooks,
    version: '2.1.332',
    directory: join(path, 'claude'),
    policy: { approvals: 'deny', neverAllow: [] },
    signIn: { by: 'key' },
    claude: { program: process.execPath, plugin: '/skill', directory: join(path, '.claude') },
    directoryOf: (session) => agentDirectory(sessions, session),
    onError: () => undefined,
  });
  onTestFinished(async () => {
    await driver.close?.();
    await remove();
  });
  const home = { cwd: join(path, 'work'), home: null, shared: null, forbidden: [] };
  const place = { session: 'one', directory, conversation: '0b0e4f5c-6d0a-4c57-9a40-2f6d9d1a8a55', home };
  const plugin = () => readFileSync(join(path, 'claude', 'plugin', 'hooks', 'hooks.json'), 'utf8');
  return { driver, relay, place, sessions, directory, plugin };
}

test('an agent is started with its session’s secret, which is not in its own directory', async () => {
  const { driver, place, sessions, directory } = await driverForTest();
  const { env } = driver.launch(place);
  const secret = readAgentSecret(sessions, 'one');
  expect(env).toEqual({ ...claudeEnv, PALIADIN_HOOK_TOKEN: `one.${secret}` });
  expect(readFileSync(join(directory, 'claude.json'), 'utf8')).not.toContain(secret);
  expect(driver.launch(place).env).toEqual(env);
  expect([driver.canReceiveHooks?.(place), driver.callsElsewhere?.(place)]).toEqual([true, false]);
});

test('an agent with the old hook port is detected; the next one gets the new port', async () => {
  const { driver, relay, place, plugin } = await driverForTest();
  driver.launch(place);
  relay.port = 2222;
  expect([driver.canReceiveHooks?.(place), driver.callsElsewhere?.(place)]).toEqual([false, true]);
  driver.launch(place);
  expect(plugin()).toContain('http://127.0.0.1:2222/paliadin');
  expect(plugin()).not.toContain('1111');
  expect([driver.canReceiveHooks?.(place), driver.callsElsewhere?.(place)]).toEqual([true, false]);
});

test('an agent with a secret from an earlier version can’t call hooks, and is not ended at once', async () => {
  const { driver, place, directory } = await driverForTest();
  const known = { secret: 'a'.repeat(64), port: 1111, conversation: place.conversation };
  writeFileSync(join(directory, 'claude.json'), JSON.stringify(known));
  expect([driver.canReceiveHooks?.(place), driver.callsElsewhere?.(place)]).toEqual([false, false]);
});

test('an agent that was never started calls no hooks', async () => {
  const { driver, place } = await driverForTest();
  expect([driver.canReceiveHooks?.(place), driver.callsElsewhere?.(place)]).toEqual([false, false]);
});

test('an agent resumes the conversation chosen at its terminal, or a new one after a clear', async () => {
  const { driver, place, directory } = await driverForTest();
  const resumed = () => driver.launch(place).argv.at(-1);
  expect(resumed()).toBe(place.conversation);
  const other = '1c1e4f5c-6d0a-4c57-9a40-2f6d9d1a8a66';
  changeAgentRecord(directory, { now: other });
  expect([resumed(), resumed()]).toEqual([other, other]);
  changeAgentRecord(directory, { now: null });
  expect(driver.keeps(place)).toBe(false);
  const anew = resumed();
  expect([place.conversation, other]).not.toContain(anew);
  expect(resumed()).toBe(anew);
  // A conversation that the host begins is its own.
  const reset = { ...place, conversation: '2d2e4f5c-6d0a-4c57-9a40-2f6d9d1a8a77' };
  expect(driver.launch(reset).argv.at(-1)).toBe(reset.conversation);
});
