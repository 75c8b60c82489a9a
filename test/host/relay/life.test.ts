/** How long a relay lives, what ends it, and what happens to the port that agents know. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startHookServer } from '../../../src/host/agents/claude/hook-server.ts';
import { relayStatus } from '../../../src/host/relay/control-client.ts';
import { relayFiles } from '../../../src/host/relay/files.ts';
import { openRelay } from '../../../src/host/relay/open-relay.ts';
import { until } from '../../support/until.ts';
import {
  daemonForTest,
  isAlive,
  listening,
  openOptions,
  relayDirectory,
  relayForTest,
  serverForTest,
} from './test-relay.ts';

const pidIn = (directory: string) => Number(readFileSync(relayFiles(directory).pid, 'utf8'));

/** A tmux server with a session, as an agent's terminal is. */
function terminal(directory: string): () => void {
  mkdirSync(join(directory, 'tmux'), { recursive: true, mode: 0o700 });
  const socket = join(directory, 'tmux', '0123456789abcdef');
  spawnSync('tmux', ['-S', socket, '-f', '/dev/null', 'new-session', '-d', 'sleep 600']);
  const end = () => void spawnSync('tmux', ['-S', socket, 'kill-server']);
  onTestFinished(end);
  return end;
}

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'the relay outlives its daemon (%s) and keeps the port for the next one',
  async (signal) => {
    const directory = await relayDirectory();
    const daemon = await daemonForTest(directory);
    const pid = pidIn(directory);
    await daemon.end(signal);
    expect(isAlive(pid)).toBe(true);
    const taker = createServer().listen(daemon.port, '127.0.0.1');
    expect((await once(taker, 'error'))[0].code).toBe('EADDRINUSE');
    const next = await daemonForTest(directory);
    expect([next.port, pidIn(directory)]).toEqual([daemon.port, pid]);
  },
);

test('a killed relay is restarted at the same port', async () => {
  const it = await relayForTest();
  const { port } = it.relay;
  const before = it.pid();
  await it.kill();
  await until('another relay', () => existsSync(it.files.pid) && it.pid() !== before && isAlive(it.pid()));
  await until('its control socket', async () => (await relayStatus(it.files.control)) !== null);
  expect([(await relayStatus(it.files.control))?.port, it.relay.port, it.lost]).toEqual([port, port, 0]);
});

test('when the port of a killed relay was taken, the daemon is told, and the relay gets another', async () => {
  const it = await relayForTest();
  const { port } = it.relay;
  const taker = createServer((caller) => void caller.destroy());
  onTestFinished(() => void taker.close());
  const killed = it.kill();
  await takePort(taker, port);
  await killed;
  await until('the daemon to be told', () => it.lost === 1);
  expect(it.relay.port).not.toBe(port);
  expect(readFileSync(it.files.port, 'utf8')).toBe(String(it.relay.port));
});

test('when the port was taken while relay and daemon were down, the next daemon is told', async () => {
  const first = await relayForTest();
  const { port } = first.relay;
  await first.relay.shutdown();
  const taker = createServer();
  onTestFinished(() => void taker.close());
  await takePort(taker, port);
  const second = await relayForTest({ directory: first.directory });
  expect([second.lost, second.relay.port === port]).toEqual([1, false]);
});

test('an update takes over the port on which an earlier daemon itself received hooks', async () => {
  const directory = await relayDirectory();
  const probe = createServer();
  const port = await listening(probe);
  await new Promise((resolve) => probe.close(resolve));
  mkdirSync(join(directory, 'claude'));
  writeFileSync(join(directory, 'claude', 'port'), String(port));
  const it = await relayForTest({ directory });
  expect([it.relay.port, it.lost]).toEqual([port, 0]);
});

test('two relays never share a directory: the second exits, and both daemons use the first', async () => {
  const directory = await relayDirectory();
  const both = await Promise.all([relayForTest({ directory }), relayForTest({ directory })]);
  expect(both[0].relay.port).toBe(both[1].relay.port);
  const pid = pidIn(directory);
  const { program, env } = openOptions({});
  const [node = '', ...args] = program;
  const third = spawn(node, [...args, directory], { env, stdio: 'ignore' });
  expect((await once(third, 'exit'))[0]).toBe(0);
  expect([pidIn(directory), isAlive(pid)]).toEqual([pid, true]);
});

test('shutdown ends the relay, and frees its port and sockets', async () => {
  const it = await relayForTest();
  const pid = it.pid();
  await it.relay.shutdown();
  await until('its end', () => !isAlive(pid));
  expect([it.files.socket, it.files.control, it.files.pid].filter((path) => existsSync(path))).toEqual([]);
  const free = createServer();
  onTestFinished(() => void free.close());
  await takePort(free, it.relay.port);
  expect(it.errors).toEqual([]);
});

describe('without a daemon', () => {
  // Longer than a daemon on a busy machine needs to say that it is there.
  const given = { unneededMs: 2_000, lookMs: 50 };

  test('the relay exits soon after the last terminal, and not before', async () => {
    const directory = await relayDirectory();
    const endTerminal = terminal(directory);
    const daemon = await daemonForTest(directory, { given });
    const pid = pidIn(directory);
    await daemon.end('SIGKILL');
    await delay(3_000);
    expect(isAlive(pid)).toBe(true);
    endTerminal();
    await until('its end', () => !isAlive(pid));
    expect(logOf(directory)).toContain('no daemon and no agent');
  });

  test('a status request does not keep the relay alive', async () => {
    const directory = await relayDirectory();
    const daemon = await daemonForTest(directory, { given });
    const pid = pidIn(directory);
    const asker = connect(relayFiles(directory).control);
    onTestFinished(() => void asker.destroy());
    await once(asker, 'data');
    await daemon.end('SIGKILL');
    await until('its end', () => !isAlive(pid));
  });

  test('a relay with a daemon stays', async () => {
    const directory = await relayDirectory();
    await daemonForTest(directory, { given });
    const pid = pidIn(directory);
    await delay(3_000);
    expect(isAlive(pid)).toBe(true);
  });
});

test('the relay exits when its directory is removed', async () => {
  const directory = await relayDirectory();
  const daemon = await daemonForTest(directory, { given: { lookMs: 50 } });
  const pid = pidIn(directory);
  await daemon.end('SIGKILL');
  rmSync(directory, { recursive: true });
  await until('its end', () => !isAlive(pid));
});

describe('a relay of another version', () => {
  test('is replaced on the same port when no agent’s terminal is alive', async () => {
    const directory = await relayDirectory();
    const older = await daemonForTest(directory, { given: { version: '1' }, version: '1' });
    const pid = pidIn(directory);
    await older.end('SIGKILL');
    const newer = await relayForTest({ directory, given: { version: '2' }, version: '2' });
    expect([newer.relay.port, newer.lost]).toEqual([older.port, 0]);
    expect(newer.pid()).not.toBe(pid);
    expect((await relayStatus(newer.files.control))?.version).toBe('2');
  });

  test('is kept while an agent’s terminal is alive', async () => {
    const directory = await relayDirectory();
    terminal(directory);
    const older = await daemonForTest(directory, { given: { version: '1' }, version: '1' });
    const pid = pidIn(directory);
    await older.end('SIGKILL');
    const newer = await relayForTest({ directory, given: { version: '2' }, version: '2' });
    expect([newer.relay.port, newer.pid()]).toEqual([older.port, pid]);
  });
});

test('a daemon that finds a relay just exiting starts another, repeatedly', async () => {
  const directory = await relayDirectory();
  for (let at = 0; at < 5; at++) {
    const first = await relayForTest({ directory });
    const ending = first.relay.shutdown();
    const second = await relayForTest({ directory });
    await ending;
    // One that was told what it has to know just before it ended is started again, as any that ends.
    await until('a relay', async () => (await relayStatus(second.files.control))?.port === second.relay.port);
    await second.relay.shutdown();
  }
});

describe('the control socket', () => {
  test('refuses invalid settings with a reason, and keeps the earlier ones', async () => {
    const it = await relayForTest();
    const options = openOptions({ settings: { network: ['http://example.com/'] } });
    const again = openRelay({ ...options, directory: it.directory });
    await expect(again).rejects.toThrow('is not example.com, *.example.com or host:port');
    await expect(
      openRelay({ ...openOptions({}), directory: it.directory }).then((relay) => relay.close()),
    ).resolves.toBe(undefined);
  });

  test('disconnects a client whose line is too long', async () => {
    const it = await relayForTest();
    const talker = connect(it.files.control);
    talker.on('error', () => {});
    talker.resume();
    const closed = new Promise((resolve) => talker.once('close', resolve));
    talker.write('x'.repeat(2 * 1024 * 1024));
    await closed;
    expect((await relayStatus(it.files.control))?.pid).toBe(it.pid());
  });
});

test('the owner’s key is only in the relay’s memory: in no file, argument or environment', async () => {
  const key = 'sk-the-true-key-of-the-owner';
  const upstream = { url: 'http://127.0.0.1:1', headers: { 'x-api-key': key } };
  const it = await relayForTest({ settings: { upstream, network: ['example.com'] } });
  it.token('one');
  await fetch(`http://127.0.0.1:${it.relay.port}/model/v1/messages?secret=word`, {
    method: 'POST',
    headers: { 'x-api-key': it.token('one') },
    body: 'what was said',
  });
  await fetch(`http://127.0.0.1:${it.relay.port}/paliadin`, {
    method: 'POST',
    headers: { authorization: 'Bearer no' },
  });
  for (const name of ['environ', 'cmdline'])
    expect(readFileSync(`/proc/${it.pid()}/${name}`, 'utf8')).not.toContain(key);
  const files = readdirSync(it.directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(3);
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name);
    expect(readFileSync(path, 'latin1'), path).not.toContain(key);
    expect(statSync(path).mode & 0o077, path).toBe(0);
  }
  const log = logOf(it.directory);
  for (const hidden of [it.secret('one'), 'what was said', 'secret=word']) expect(log).not.toContain(hidden);
});

test('the relay uses less than 30 MB of memory beside Node’s own program', async () => {
  const it = await relayForTest();
  await fetch(`http://127.0.0.1:${it.relay.port}/paliadin`, {
    method: 'POST',
    headers: { authorization: 'Bearer no' },
  });
  const [, kilobytes = ''] = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${it.pid()}/status`, 'utf8')) ?? [];
  expect(Number(kilobytes)).toBeGreaterThan(0);
  expect(Number(kilobytes) / 1024).toBeLessThan(30);
});

test('a thousand requests leave no memory in use', async () => {
  const model = await serverForTest((asked, response) => void asked.resume().once('end', () => response.end('{}')));
  const it = await relayForTest({ settings: { upstream: { url: `http://127.0.0.1:${model}`, headers: {} } } });
  const server = await startHookServer(it.files.hooks, { receive: async () => ({}), onError: () => undefined });
  onTestFinished(() => server.close());
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  onTestFinished(() => agent.destroy());
  const headers = { authorization: `Bearer ${it.token('one')}` };
  const call = async (path: string) => {
    const asked = request({ agent, host: '127.0.0.1', port: it.relay.port, path, method: 'POST', headers });
    asked.end('{"hook_event_name":"Stop"}');
    const [response] = await once(asked, 'response');
    await once(response.resume(), 'end');
    expect(response.statusCode).toBe(200);
  };
  const batch = async (times: number) => {
    const worker = async () => {
      for (let at = 0; at < times / 4; at++) await call(at % 2 === 0 ? '/paliadin' : '/model/v1/messages');
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
    const [, kilobytes = ''] = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${it.pid()}/status`, 'utf8')) ?? [];
    return Number(kilobytes) / 1024;
  };
  const warm = await batch(400);
  // What is kept of each would be some kilobytes.
  expect((await batch(1_600)) - warm).toBeLessThan(12);
  expect(logOf(it.directory)).not.toContain('Warning');
}, 180_000);

function logOf(directory: string): string {
  return readFileSync(relayFiles(directory).log, 'utf8');
}

/** As soon as it is free. */
async function takePort(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  await until('the port', async () => {
    server.listen(port, '127.0.0.1');
    return once(server, 'listening').then(
      () => true,
      () => false,
    );
  });
}
