/** The local backend: the contract, and how it finds, starts and replaces the daemon of this machine. */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { localBackend } from '../../src/backend/local.ts';
import type { Host } from '../../src/contract/host.ts';
import type { ExpectedDaemon } from '../../src/transport/expected-daemon.ts';
import { serveHost } from '../../src/transport/serve-host.ts';
import { until } from '../support/until.ts';
import { backendContract } from './backend-contract.ts';
import { type TestDaemon, testDaemon, wireTo } from './test-daemon.ts';

function makeBackend(daemon: ExpectedDaemon, giveUpMs = 60_000): Backend {
  return localBackend({
    host: 'here',
    agent: 'demo',
    daemon,
    isolation: { least: 'none', written: false },
    giveUpMs,
    random: () => 0,
  });
}

backendContract({
  kind: 'local',
  async open({ turnTimeout = '20s', giveUpMs } = {}) {
    const daemon = await testDaemon({ PALIADIN_TURN_TIMEOUT: turnTimeout });
    const wire = await wireTo(daemon);
    const backend = makeBackend(wire.process, giveUpMs);
    const dispose = async () => {
      await backend.close();
      await wire.close();
      await daemon.dispose();
    };
    return { ...daemon, backend, cut: wire.cut, block: wire.block, killHost: daemon.kill, dispose };
  },
});

async function aDaemon(settings?: Record<string, string>, stateDir?: string): Promise<TestDaemon> {
  const daemon = await testDaemon(settings, stateDir);
  onTestFinished(daemon.dispose);
  return daemon;
}

function backendOf(daemon: TestDaemon, process = daemon.process): Backend {
  const backend = makeBackend(process);
  onTestFinished(() => backend.close());
  return backend;
}

const ask = (backend: Backend, message: string) =>
  backend.run({ session: 'one', turnId: randomUUID(), message, fence: 1, from: 0, known: false }, () => {});

describe('the daemon', () => {
  test('is started once, however many backends need it', async () => {
    const daemon = await aDaemon();
    const backends = Array.from({ length: 4 }, () => backendOf(daemon));
    await Promise.all(backends.map((backend) => backend.health(null)));
    const pid = daemon.pid();
    await Promise.all(backends.map((backend) => backend.health('one')));
    expect(daemon.pid()).toBe(pid);
  });

  test('with other settings is replaced when idle, and its agents go on', async () => {
    const old = await aDaemon();
    const first = backendOf(old);
    await ask(first, 'Which cases are open?');
    await first.close(); // it would want its own daemon back
    const pid = old.pid();
    const daemon = await aDaemon({ PALIADIN_TURN_TIMEOUT: '99s' }, old.stateDir);
    const backend = backendOf(daemon);
    await backend.health('one');
    expect(daemon.pid()).not.toBe(pid);
    expect(backend.identity()?.settings).toBe(daemon.process.expected.settings);
    expect(await backend.sessions()).toEqual([{ session: 'one', live: true, running: null }]);
  });

  test('with other settings is kept while a turn runs', async () => {
    const old = await aDaemon();
    const running = ask(backendOf(old), 'demo hold x');
    await until('the prompt', () => old.prompts('one').length > 0);
    const pid = old.pid();
    const daemon = await aDaemon({ PALIADIN_TURN_TIMEOUT: '99s' }, old.stateDir);
    const backend = backendOf(daemon);
    await backend.health('one');
    expect(daemon.pid()).toBe(pid);
    expect(backend.identity()?.settings).toBe(old.process.expected.settings);
    old.release('x', 'one');
    expect(await running).toMatchObject({ state: 'done' });
  });

  test('that lost its record of a turn does not type it again', async () => {
    const daemon = await aDaemon();
    const turnId = randomUUID();
    const prompt = { session: 'one', turnId, message: 'demo hold x', fence: 1, from: 0, known: false };
    const outcome = backendOf(daemon).run(prompt, () => {});
    const record = join(daemon.stateDir, 'host', 'sessions', 'one', 'turns', `${turnId}.json`);
    await until('the evidence on record', () => existsSync(record) && readFileSync(record, 'utf8').includes('running'));
    await daemon.kill();
    rmSync(record);
    await expect(outcome).rejects.toMatchObject({ code: 'outcome_unknown' });
    expect(daemon.prompts('one')).toHaveLength(1);
  });

  test('with another protocol that is busy is refused, with both versions', async () => {
    const daemon = await aDaemon();
    const identity = { version: '9.9.9', protocol: 2, agent: 'demo', driver: 'demo', settings: 'x' };
    const busy = { identity, retire: async () => false, onLate: () => () => {} } as unknown as Host;
    const server = createServer((caller) => void serveHost(busy, caller));
    const socket = join(daemon.stateDir, 'other.sock');
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    onTestFinished(() => void server.close());
    const backend = backendOf(daemon, { ...daemon.process, socket });
    await expect(ask(backend, 'demo at once')).rejects.toMatchObject({
      code: 'shim_outdated',
      detail: expect.stringMatching(/version 9\.9\.9 with protocol 2, this is version .* with protocol 1/),
    });
  });

  test('that does not start is unreachable, and the error names its log', async () => {
    const daemon = await aDaemon();
    const backend = backendOf(daemon, { ...daemon.process, command: ['/bin/false'] });
    await expect(backend.health(null)).rejects.toMatchObject({
      code: 'mriver_unreachable',
      detail: `the host daemon can't be started: it ends with 1; see ${daemon.process.log}`,
    });
  });

  test.each([
    ['whose program is gone', { command: ['/nowhere/node'] as [string] }],
    ['whose log can’t be written', { log: '/nowhere/daemon.log' }],
  ])('%s is unreachable', async (_what, change) => {
    const daemon = await aDaemon();
    const backend = backendOf(daemon, { ...daemon.process, ...change });
    await expect(backend.health(null)).rejects.toMatchObject({
      code: 'mriver_unreachable',
      detail: expect.stringMatching(/^the host daemon can't be started: .*ENOENT/),
    });
  });
});
