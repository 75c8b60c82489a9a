/** A daemon that hangs: it accepts connections and does not answer. Every caller gets an error in time. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Duplex, PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { hostBackend } from '../../src/backend/host-backend.ts';
import { localBackend } from '../../src/backend/local.ts';
import { PROTOCOL_VERSION } from '../../src/contract/host.ts';
import { serveVerb } from '../../src/host/shim/serve-verb.ts';
import { callHost } from '../../src/transport/call-host.ts';
import { reachDaemon } from '../../src/transport/daemon-process.ts';
import type { ExpectedDaemon } from '../../src/transport/expected-daemon.ts';
import { extension } from '../../src/transport/extension.ts';
import { reachHost } from '../../src/transport/reach-host.ts';
import { signal } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { type TestDaemon, testDaemon } from './test-daemon.ts';

const DEADLINES = { answerMs: 500, workMs: 700 };

async function aDaemon(): Promise<TestDaemon> {
  const daemon = await testDaemon();
  onTestFinished(daemon.dispose);
  return daemon;
}

function backendOf(daemon: TestDaemon, giveUpMs: number): Backend {
  const backend = hostBackend({
    kind: 'local',
    host: 'here',
    agent: 'demo',
    giveUpMs,
    random: () => 0,
    isolation: { least: 'none', written: false },
    open: async () => reachHost(await reachDaemon(daemon.process), DEADLINES),
    keepAlive: { everyMs: 100, silentMs: 200, lostMs: 600 },
  });
  onTestFinished(() => backend.close());
  return backend;
}

function stop(daemon: TestDaemon): () => void {
  const pid = daemon.pid();
  signal(pid, 'SIGSTOP');
  const wake = () => signal(pid, 'SIGCONT');
  onTestFinished(wake);
  return wake;
}

test('each request of a channel has its deadline', async () => {
  const daemon = await aDaemon();
  const host = await reachHost(await reachDaemon(daemon.process), DEADLINES);
  onTestFinished(() => host.close());
  stop(daemon);
  const late = (seconds: number) => ({
    code: 'timeout',
    detail: expect.stringMatching(new RegExp(`^the host daemon has not answered \\S+ within ${seconds} s$`)),
  });
  const turnId = randomUUID();
  const prompt = { session: 'one', turnId, message: 'demo at once', fence: 1, from: 0, known: false };
  const quick = [
    host.health(null),
    host.sessions(),
    host.turn('one', turnId, 0),
    host.attach('one'),
    host.retire(),
    host.prompt(prompt, () => {}), // while it is introduced: from then on it takes as long as it takes
  ];
  const slow = [host.reset('one'), host.acknowledge('one', turnId), host.hibernate('one'), host.shutdown()];
  await Promise.all([
    ...quick.map((asked) => expect(asked).rejects.toMatchObject(late(0.5))),
    ...slow.map((asked) => expect(asked).rejects.toMatchObject(late(0.7))),
  ]);
});

test('a turn whose daemon hangs ends within the time limit, and its answer can be fetched later', async () => {
  const daemon = await aDaemon();
  const backend = backendOf(daemon, 1_500);
  const turnId = randomUUID();
  const told: string[] = [];
  const prompt = { session: 'one', turnId, message: 'demo hold x', fence: 1, from: 0, known: false };
  const outcome = backend.run(prompt, (update) => told.push(update.type));
  await until('the first text', () => told.includes('chunk'));
  const wake = stop(daemon);
  daemon.release('x', 'one');
  const since = performance.now();
  expect(await outcome).toMatchObject({ state: 'unknown', code: 'outcome_unknown' });
  // Found silent, given up, and waited for.
  expect(performance.now() - since).toBeLessThan(100 + 600 + 1_500 + 1_000);
  await expect(backend.health(null)).rejects.toMatchObject({ code: 'mriver_unreachable' });

  const back = new Promise<void>((resolve) => backend.onBack(resolve));
  wake();
  await back;
  await until('the answer', async () => (await backend.turn('one', turnId, 0)).state === 'done');
});

test('closing a backend does not wait for a daemon that hangs, and ends its turns', async () => {
  const daemon = await aDaemon();
  const backend = backendOf(daemon, 60_000);
  await backend.health(null);
  const prompt = { session: 'one', turnId: randomUUID(), message: 'demo hold x', fence: 1, from: 0, known: false };
  const outcome = backend.run(prompt, () => {});
  outcome.catch(() => {});
  await until('the prompt', () => daemon.prompts('one').length > 0);
  stop(daemon);
  await until('the host to be away', () => backend.presence() === 'away');
  const since = performance.now();
  await backend.close();
  // No outcome: the turn is the next gateway's.
  await expect(outcome).rejects.toMatchObject({ name: 'AbortError' });
  expect(performance.now() - since).toBeLessThan(400);
});

test('a daemon that exits at once is restarted with growing delays', async () => {
  const daemon = await aDaemon();
  const starts = join(daemon.stateDir, 'starts');
  const dying: ExpectedDaemon = {
    ...daemon.process,
    command: ['/bin/sh', '-c', `echo >> ${starts}; exit 1`],
  };
  const backend = localBackend({
    host: 'here',
    agent: 'demo',
    daemon: dying,
    giveUpMs: 60_000,
    random: () => 1,
    isolation: { least: 'none', written: false },
  });
  onTestFinished(() => backend.close());
  const count = () => (existsSync(starts) ? readFileSync(starts, 'utf8').length : 0);
  const since = performance.now();
  await expect(backend.health(null)).rejects.toMatchObject({ code: 'mriver_unreachable' });
  await until('the fifth start', () => count() >= 5);
  // After 50 ms, and twice as long each time.
  expect(performance.now() - since).toBeGreaterThan(50 + 100 + 200 + 400);
});

test('a daemon that dies before its first answer is replaced, and nobody notices', async () => {
  const daemon = await aDaemon();
  (await reachHost(await reachDaemon(daemon.process))).close();
  const dying = daemon.pid();
  stop(daemon);
  // The system connects, as it does to a process that was just killed and is not gone yet.
  const connections = await Promise.all([1, 2, 3].map(() => reachDaemon(daemon.process)));
  const channel = reachHost(connections[0] as Duplex);
  const call = callHost(connections[1] as Duplex, extension.health, { session: null });
  const asked = new PassThrough();
  const output = new PassThrough();
  const shim = serveVerb(
    { verb: 'connect', args: [String(PROTOCOL_VERSION)] },
    { ...SHIM, reachDaemon: async () => connections[2] as Duplex, input: asked, output },
  );
  asked.write(
    '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":1,"clientCapabilities":{}}}\n',
  );
  signal(dying, 'SIGKILL');
  (await channel).close();
  await call;
  expect(JSON.parse(String((await once(output, 'data'))[0]))).toMatchObject({ id: 1, result: {} });
  asked.end();
  expect(await shim).toBe(0);
  expect(daemon.pid()).not.toBe(dying);
});

const SHIM = { version: '0', examine: async () => ({}), complain: () => {}, turnMs: 1_000 };
