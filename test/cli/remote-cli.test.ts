/** The commands for a host behind ssh: they use the gateway's key, and nothing more. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type Laptop, startLaptop } from '../support/laptop.ts';
import { until } from '../support/until.ts';
import { cliEnv, runCli } from './run-cli.ts';

let laptop: Laptop;
let gateway: TestGateway;
let session: string;
const cli = (...args: string[]) => runCli(cliEnv(gateway, laptop.variables), ...args);

beforeAll(async () => {
  laptop = await startLaptop();
  gateway = await startTestGateway({ laptop });
  const owner = await gateway.as('owner');
  await owner.answer('Which cases are due this week?');
  session = (await owner.me()).session.name;
});
afterAll(async () => {
  await gateway?.dispose();
  await laptop?.dispose();
});

test('sessions shows whose terminal runs on the host', async () => {
  const { code, stdout } = await cli('sessions', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject([{ session, host: '127.0.0.1', state: 'idle' }]);
});

test('attach prints the command to run on the host, since the key gets no terminal', async () => {
  const { code, stdout, stderr } = await cli('attach', '--read-only');
  expect(code).toBe(0);
  expect(stderr).toContain('the terminal is on the host');
  expect(stdout).toMatch(/^\/\S*tmux -S \S+ -u attach-session -t '=\S+:' -r\n$/);
  const look = stdout.replace(/attach-session.*/, 'list-sessions -F "#{session_name}"');
  expect(execFileSync('sh', ['-c', look], { encoding: 'utf8' }).trim()).toBe(session);
});

test('stop-host ends the daemon and the terminals on the host', async () => {
  await gateway.end('SIGKILL'); // it would start another at once
  const pid = laptop.daemonPid();
  const { code, stdout } = await cli('stop-host');
  expect([code, stdout]).toEqual([0, 'the host daemon and the agents’ terminals have ended\n']);
  await until('the end of the daemon', () => !existsSync(`/proc/${pid}`));
});

test('with an unreachable host sessions prints the error with what to do, and still lists the sessions', async () => {
  await laptop.stopListening();
  const { code, stdout, stderr } = await cli('sessions', '--json');
  expect(code).toBe(1);
  expect(stderr).toMatch(/Connection refused; nothing listens there; start sshd/);
  expect(JSON.parse(stdout)).toMatchObject([{ session, user: 'owner', state: 'unknown' }]);
});
