/** The relay with a real daemon, from a clone and from the shim: what starts and ends it, and what doctor reports. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { VERSION } from '../../src/config/version.ts';
import { relayStatus } from '../../src/host/relay/control-client.ts';
import { relayFiles } from '../../src/host/relay/files.ts';
import { reachExpected } from '../../src/transport/expected-daemon.ts';
import { reachHost } from '../../src/transport/reach-host.ts';
import { testDaemon } from '../backend/test-daemon.ts';
import { runCli } from '../cli/run-cli.ts';
import { isAlive } from '../host/relay/test-relay.ts';
import { startLaptop } from '../support/laptop.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

// As far as the daemon looks before the first question.
const CLAUDE = '#!/bin/sh\necho "2.1.332 (Claude Code)"\n';

async function daemonOfClaude() {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const program = join(path, 'claude');
  writeFileSync(program, CLAUDE, { mode: 0o755 });
  const daemon = await testDaemon({ PALIADIN_AGENT: 'claude', PALIADIN_AGENT_COMMAND: program });
  onTestFinished(() => daemon.dispose());
  const directory = join(daemon.stateDir, 'host');
  const connect = async () => reachHost(await reachExpected(daemon.process));
  const files = relayFiles(directory);
  return { daemon, program, directory, connect, files, pid: () => Number(readFileSync(files.pid, 'utf8')) };
}

test('the daemon starts the relay for Claude Code, a replaced daemon leaves it, and a shutdown ends it', async () => {
  const { connect, files, pid, daemon } = await daemonOfClaude();
  const first = await connect();
  const relay = pid();
  const daemonPid = daemon.pid();
  expect(await first.retire()).toBe(true);
  await until('the end of the daemon', () => !isAlive(daemonPid));
  expect(isAlive(relay)).toBe(true);
  const second = await connect();
  expect([pid(), (await relayStatus(files.control))?.port]).toEqual([relay, Number(readFileSync(files.port, 'utf8'))]);
  await second.shutdown();
  await second.closed;
  await until('the end of the relay', () => !isAlive(relay));
});

test('the demo agent needs no relay', async () => {
  const daemon = await testDaemon();
  onTestFinished(() => daemon.dispose());
  (await reachHost(await reachExpected(daemon.process))).close();
  expect(await relayStatus(relayFiles(join(daemon.stateDir, 'host')).control)).toBe(null);
});

test('doctor shows the relay’s version, port and process; `stop-host` ends it', async () => {
  const { daemon, program, connect, files, pid } = await daemonOfClaude();
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: daemon.stateDir,
    PALIADIN_STATE_DIR: daemon.stateDir,
    PALIADIN_AGENT: 'claude',
    PALIADIN_AGENT_COMMAND: program,
    PALIADIN_DEMO_PACE: '0',
  };
  expect((await runCli(env, 'doctor')).stdout).toContain('not running; the host daemon starts it');
  (await connect()).close();
  const relay = pid();
  const port = readFileSync(files.port, 'utf8');
  expect((await runCli(env, 'doctor')).stdout).toContain(
    `running: version ${VERSION}, port ${port} of 127.0.0.1, process ${relay}`,
  );
  expect((await runCli(env, 'stop-host')).code).toBe(0);
  await until('the end of the relay', () => !isAlive(relay));
});

test('a host behind ssh has the relay in the shim’s own file', async () => {
  const laptop = await startLaptop();
  onTestFinished(() => laptop.dispose());
  const claude = join(laptop.home, 'claude');
  writeFileSync(claude, CLAUDE, { mode: 0o755 });
  laptop.setHostEnv({ PALIADIN_AGENT: 'claude', PALIADIN_AGENT_COMMAND: claude });
  expect(await laptop.verb('health', 'paliadin-probe')).toMatchObject({ code: 0 });
  const files = relayFiles(join(laptop.stateDir, 'host'));
  const pid = Number(readFileSync(files.pid, 'utf8'));
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  expect(command.slice(-4, -1)).toEqual([laptop.shim, 'relay', join(laptop.stateDir, 'host')]);
  expect((await relayStatus(files.control))?.version).toBe(VERSION);
  const [, kilobytes = ''] = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  // The file's own source is in memory too, with all that the daemon needs.
  expect(Number(kilobytes) / 1024).toBeLessThan(40);
});
