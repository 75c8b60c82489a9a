/** The host as a whole: its health, its end, and what a new one makes of what a killed one left. */
import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AgentLogEntry } from '../../src/contract/agent-log.ts';
import { openJournal } from '../../src/host/journal.ts';
import { tmuxConfiguration } from '../../src/host/tmux/configuration.ts';
import { startPane } from '../../src/host/tmux/server.ts';
import { socketPath } from '../../src/host/tmux/socket-path.ts';
import type { TurnEntry } from '../../src/host/turn-entry.ts';
import { findProgram } from '../../src/process/find-program.ts';
import { until } from '../support/until.ts';
import { anEntry } from './temporary-journal.ts';
import { hostDirectory, type TestHost, type TestHostOptions, testHost } from './test-host.ts';

/** A host's directory as a killed daemon left it, in the middle of a turn. */
async function leftOver(known: Partial<TurnEntry>, log: AgentLogEntry[] = []) {
  const directory = await hostDirectory();
  const journal = openJournal(join(directory, 'sessions'));
  const entry = anEntry({ turnId: randomUUID(), ...known });
  await journal.writeSession('one', { conversation: randomUUID(), fence: 1, begun: true });
  await journal.writeTurn('one', entry);
  const record = join(journal.agentDirectory('one'), `${entry.turnId}.jsonl`);
  for (const line of log) await appendFile(record, `${JSON.stringify(line)}\n`);
  return { directory, entry, record, journal };
}

/** Waits until the turn has ended. */
const ended = (host: TestHost, turnId: string) =>
  until('the end of the turn', async () => {
    const turn = await host.turn('one', turnId, 0);
    return ['done', 'failed', 'cancelled', 'unknown'].includes(turn.state) && turn;
  });

describe('a turn that a killed daemon left open', () => {
  test('without evidence that it was typed is unknown', async () => {
    const { directory, entry } = await leftOver({ state: 'delivering' });
    const host = await testHost({ driver: 'demo', directory });
    expect(await ended(host, entry.turnId)).toMatchObject({ state: 'unknown', code: 'outcome_unknown' });
    expect(host.prompts()).toEqual([]);
  });

  test('is done when the agent’s record says so', async () => {
    const answer: AgentLogEntry[] = [
      { event: 'prompt' },
      { event: 'text', delta: 'All of it.' },
      { event: 'stop', outputTokens: 3 },
    ];
    for (const state of ['delivering', 'running'] as const) {
      const { directory, entry } = await leftOver({ state }, answer);
      const host = await testHost({ driver: 'demo', directory });
      expect(await ended(host, entry.turnId)).toMatchObject({ state: 'done', answer: 'All of it.', outputTokens: 3 });
    }
  });

  test('has failed with its partial answer when the agent had it and is gone', async () => {
    const { directory, entry } = await leftOver({ state: 'running' }, [
      { event: 'prompt' },
      { event: 'text', delta: 'Half' },
    ]);
    const host = await testHost({ driver: 'demo', directory });
    expect(await ended(host, entry.turnId)).toMatchObject({ state: 'failed', code: 'agent_stopped', answer: 'Half' });
  });

  test.each([
    ['without evidence is unknown', [], { state: 'unknown', code: 'outcome_unknown' }],
    ['that it had received has stopped', [{ event: 'prompt' }], { state: 'failed', code: 'agent_stopped' }],
  ] satisfies [string, AgentLogEntry[], object][])(
    'typed to an agent that has ended in its pane: %s',
    async (_what, log, end) => {
      const { directory, entry } = await leftOver({ state: 'delivering' }, log);
      const configuration = join(directory, 'tmux.conf');
      await writeFile(configuration, tmuxConfiguration);
      const PATH = process.env.PATH ?? '';
      const setup = { tmux: findProgram('tmux', { PATH }) ?? '', configuration, env: { PATH, TERM: 'xterm-256color' } };
      const launch = { argv: ['sh', '-c', 'exit 1'] as [string, ...string[]], cwd: directory, env: {} };
      const pane = await startPane(setup, socketPath(join(directory, 'tmux'), 'one'), 'one', launch);
      await until('the end of the agent', () => pane.ended());
      await pane.detach();

      const host = await testHost({ driver: 'demo', directory });
      expect(await ended(host, entry.turnId)).toMatchObject(end);
    },
  );

  test('is joined when asked again, and another question under its id is not typed', async () => {
    const { directory, entry } = await leftOver({ state: 'running', digest: 'another' }, [{ event: 'prompt' }]);
    const host = await testHost({ driver: 'demo', directory });
    const asked = host.ask('not what was asked', { turnId: entry.turnId });
    await expect(asked.outcome).rejects.toMatchObject({ code: 'idempotency_mismatch' });
    expect(host.prompts()).toEqual([]);
  });
});

describe('a turn missing from the host’s journal', () => {
  test('is not typed again when the gateway knows that the agent had it', async () => {
    const host = await testHost({ driver: 'demo' });
    const asked = host.ask('demo at once', { known: true });
    await expect(asked.outcome).rejects.toMatchObject({ code: 'outcome_unknown' });
    expect(host.prompts()).toEqual([]);
  });
});

describe('a host that runs on', () => {
  test('forgets turns once they are old and acknowledged, and neither open nor unacknowledged ones', async () => {
    const host = await testHost({ driver: 'demo', keepMs: 0, pruneEveryMs: 20 });
    const journal = openJournal(join(host.directory, 'sessions'));
    const turns = () => readdir(join(host.directory, 'sessions', 'one', 'turns'));
    const unheard = host.ask('demo at once');
    await unheard.outcome;
    const old = host.ask('demo at once');
    await old.outcome;
    const open = host.ask('demo hold x');
    await open.hears('chunk');
    await journal.acknowledge('one', open.turnId); // even so
    await host.acknowledge('one', old.turnId);
    await until('the old turn to be forgotten', async () => (await journal.readTurn('one', old.turnId)) === null);
    expect(existsSync(join(journal.agentDirectory('one'), `${old.turnId}.jsonl`))).toBe(false);
    await until('the end of a whole pass', async () => !(await turns()).includes(`${old.turnId}.acknowledged`));
    expect(await journal.readTurn('one', unheard.turnId)).toMatchObject({ state: 'done' });
    expect(await journal.readTurn('one', open.turnId)).toMatchObject({ endedAt: null });

    host.release('x');
    expect(await open.outcome).toMatchObject({ state: 'done' });
    await host.acknowledge('one', unheard.turnId);
    await until('all to be forgotten', async () => (await turns()).length === 0);
    expect(host.troubles).toEqual([]);
  });

  test('keeps the late answer of a turn that was acknowledged when it had none', async () => {
    const host = await testHost({ driver: 'demo', keepMs: 0, pruneEveryMs: 20, silenceMs: 300 });
    const journal = openJournal(join(host.directory, 'sessions'));
    const { turnId, outcome } = host.ask('demo hold x');
    expect(await outcome).toMatchObject({ code: 'timeout' });
    await host.acknowledge('one', turnId);
    const late = new Promise<void>((resolve) => host.onLate(() => resolve()));
    host.release('x');
    await late;
    expect(await journal.readTurn('one', turnId)).toMatchObject({ late: true });
    // A pass that begins now forgets this one, and would have forgotten the other.
    const next = host.ask('demo at once');
    await next.outcome;
    await host.acknowledge('one', next.turnId);
    await until('a pass', async () => (await journal.readTurn('one', next.turnId)) === null);
    expect(await journal.readTurn('one', turnId)).toMatchObject({ late: true });
    await host.acknowledge('one', turnId);
    await until('it to be forgotten', async () => (await journal.readTurn('one', turnId)) === null);
  });
});

describe('opening the host', () => {
  test('deletes acknowledged turns that ended long ago, and the agent’s record of them', async () => {
    const over = { state: 'done', endedAt: Date.now() - 60_000, answer: 'A.' } as const;
    const { directory, entry, record, journal } = await leftOver(over, [{ event: 'prompt' }]);
    await testHost({ driver: 'demo', directory, keepMs: 30_000 });
    expect(await journal.readTurn('one', entry.turnId)).toEqual(entry);
    await journal.acknowledge('one', entry.turnId);
    await testHost({ driver: 'demo', directory, keepMs: 90_000 });
    expect(await journal.readTurn('one', entry.turnId)).toEqual(entry);
    await testHost({ driver: 'demo', directory, keepMs: 30_000 });
    expect(await journal.readTurn('one', entry.turnId)).toBeNull();
    expect(existsSync(record)).toBe(false);
  });

  test.each([
    ['an empty entry', (directory: string) => writeFile(join(directory, 'session.json'), '')],
    ['zeros', (directory: string) => writeFile(join(directory, 'session.json'), '\0'.repeat(200))],
    ['a newer version’s entry', (directory: string) => writeFile(join(directory, 'session.json'), '{"talk":1}')],
    ['a directory for an entry', (directory: string) => mkdir(join(directory, 'session.json'))],
    ['a file for its turns', (directory: string) => writeFile(join(directory, 'turns'), 'x')],
  ])('leaves a session alone that has %s, until it is reset', async (_what, damage) => {
    const directory = await hostDirectory();
    const journal = openJournal(join(directory, 'sessions'));
    await journal.writeSession('sound', { conversation: randomUUID(), fence: 1, begun: false });
    await mkdir(join(directory, 'sessions', 'one'), { recursive: true });
    await damage(join(directory, 'sessions', 'one'));
    const host = await testHost({ driver: 'demo', directory });
    expect(await host.ask('demo at once', { session: 'sound' }).outcome).toMatchObject({ state: 'done' });
    await expect(host.ask('demo at once').outcome).rejects.toMatchObject({ code: 'shim_error' });
    expect(await journal.unreadable()).toEqual(['one']);
    await host.reset('one');
    expect(await host.ask('demo at once').outcome).toMatchObject({ state: 'done' });
    expect(await journal.unreadable()).toEqual([expect.stringMatching(/^one\.unreadable-/)]);
  });

  test('skips and reports a turn that can’t be read', async () => {
    const { directory, entry } = await leftOver({ state: 'running' });
    const file = join(directory, 'sessions', 'one', 'turns', `${entry.turnId}.json`);
    await writeFile(file, '{"half":');
    const host = await testHost({ driver: 'demo', directory });
    expect(host.troubles).toContainEqual(expect.objectContaining({ detail: expect.stringContaining(file) }));
    await expect(host.turn('one', entry.turnId, 0)).rejects.toMatchObject({ code: 'shim_error' });
    expect(await host.ask('demo at once').outcome).toMatchObject({ state: 'done' });
    expect(await readFile(file, 'utf8')).toBe('{"half":');
  });

  test('gives only its owner access to its files', async () => {
    const directory = await hostDirectory();
    const host = await testHost({ driver: 'demo', directory });
    await host.ask('demo at once').outcome;
    for (const name of await readdir(directory, { recursive: true })) {
      const path = join(directory, name);
      // tmux gives its socket the group's bits too; nobody else gets as far as that.
      if (dirname(path) === join(directory, 'tmux')) continue;
      expect({ name, open: statSync(path).mode & 0o077 }).toEqual({ name, open: 0 });
    }
  });

  test('in a path too long for sockets fails with a reason when a session is used', async () => {
    const directory = join(await hostDirectory(), 'x'.repeat(90));
    await mkdir(directory);
    const host = await testHost({ driver: 'demo', directory });
    await expect(host.ask('demo at once').outcome).rejects.toMatchObject({
      code: 'shim_error',
      detail: expect.stringContaining('too long for a socket'),
    });
  });
});

describe('a tmux server that is killed between two questions', () => {
  // Our client notices a moment later: whoever asks in between meets a terminal that seems to be there.
  async function killed(): Promise<TestHost> {
    const host = await testHost({ driver: 'demo' });
    await host.ask('demo at once').outcome;
    process.kill(Number(host.tmux('one', 'display-message', '-p', '#{pid}')), 'SIGKILL');
    return host;
  }

  test('leaves the session healthy', async () => {
    const host = await killed();
    await host.health('one');
  });

  test('is started again for the next one, in the same conversation', async () => {
    const host = await killed();
    const asked = host.ask('demo memory');
    expect(await asked.outcome).toMatchObject({ state: 'done', code: null });
    expect(asked.text).toContain('demo at once');
  });

  test('is not live, and can’t be hibernated or interrupted', async () => {
    expect(await (await killed()).hibernate('one')).toBe(true);
    const host = await killed();
    expect(await host.sessions()).toMatchObject([{ session: 'one', live: false }]);
    await (await killed()).reset('one');
  });
});

describe('a health probe', () => {
  test('starts nothing', async () => {
    const host = await testHost({ driver: 'demo' });
    await host.health(null);
    await host.health('one');
    expect(await readdir(join(host.directory, 'tmux'))).toEqual([]);
  });

  test('fails when the agent’s program is missing', async () => {
    const host = await testHost({ driver: 'demo', agentProgram: '/nowhere/claude' });
    const gone = { code: 'agent_not_ready', detail: expect.stringContaining('/nowhere/claude') };
    await expect(host.health(null)).rejects.toMatchObject(gone);
    await expect(host.health('one')).rejects.toMatchObject(gone);
  });

  test('succeeds while an agent works, and after it has ended', async () => {
    const host = await testHost({ driver: 'demo' });
    const asked = host.ask('demo hold x');
    await asked.hears('chunk');
    await host.health('one');
    host.tmux('one', 'kill-server');
    await asked.outcome;
    await host.health('one');
  });
});

describe('an invalid session name', () => {
  test.each(['', 'A', '../one', 'one two', '-x', 'x'.repeat(65)])('is refused: %j', async (session) => {
    const host = await testHost({ driver: 'demo' });
    const refused = { code: 'bad_request' };
    await expect(host.ask('demo at once', { session }).outcome).rejects.toMatchObject(refused);
    await expect(host.health(session)).rejects.toMatchObject(refused);
    await expect(host.turn(session, randomUUID(), 0)).rejects.toMatchObject(refused);
    await expect(host.reset(session)).rejects.toMatchObject(refused);
    await expect(host.attach(session)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('stopping the host', () => {
  test('by retire waits for running turns', async () => {
    const host = await testHost({ driver: 'demo' });
    const asked = host.ask('demo hold x');
    await asked.hears('chunk');
    expect(await host.retire()).toBe(false);
    expect(host.retired).toBe(false);
    host.release('x');
    await asked.outcome;
    expect(await host.retire()).toBe(true);
    expect(host.retired).toBe(true);
    expect(host.tmux('one', 'list-sessions')).toContain('one:');
  });

  test('by shutdown ends the terminals and what runs in them', async () => {
    const host = await testHost({ driver: 'demo' });
    const asked = host.ask('demo hold x');
    await asked.hears('chunk');
    await host.ask('demo at once', { session: 'two' }).outcome;
    await host.shutdown();
    expect(host.retired).toBe(true);
    expect(await asked.outcome).toMatchObject({ state: 'failed', code: 'agent_stopped' });
    for (const session of ['one', 'two']) expect(host.tmux(session, 'list-sessions')).toBe('');
  });
});

test('a conversation that can’t be marked as begun does not block other questions', async () => {
  const log: AgentLogEntry[] = [{ event: 'prompt' }, { event: 'stop', outputTokens: 3 }];
  const { directory, entry } = await leftOver({ state: 'running' }, log);
  const file = join(directory, 'sessions', 'one', 'session.json');
  const whole = await readFile(file, 'utf8');
  await writeFile(file, 'no JSON');
  const host = await testHost({ driver: 'demo', directory });
  await ended(host, entry.turnId);
  expect(host.troubles).toContainEqual(expect.objectContaining({ code: 'shim_error' }));
  await writeFile(file, whole);
  expect(await host.ask('demo at once').outcome).toMatchObject({ state: 'done' });
});

test('calls that only inspect or end a session do not create it', async () => {
  const host = await testHost({ driver: 'demo' });
  await host.health('nobody');
  await host.cancel('nobody', randomUUID());
  await host.hibernate('nobody');
  await expect(host.decide('nobody', randomUUID(), 'a', { option: 'allow' })).rejects.toMatchObject({
    code: 'not_found',
  });
  expect(await host.sessions()).toEqual([]);
  await expect(host.health('no/name')).rejects.toMatchObject({ code: 'bad_request' });
});

describe('an approval', () => {
  const waiting = async (host: TestHost) => {
    const asked = host.ask('demo approve');
    await asked.hears('approval');
    return asked;
  };

  test('that was decided no longer suspends the silence timeout', async () => {
    const wrap: TestHostOptions['wrap'] = (driver) => ({ ...driver, decide: async () => {} });
    const host = await testHost({ driver: 'demo', silenceMs: 1000, wrap });
    const { turnId, outcome } = await waiting(host);
    await host.decide('one', turnId, 'approval-1', { option: 'allow' });
    expect(await outcome).toMatchObject({ state: 'failed', code: 'timeout' });
  });

  test('is decided by one of its options; without driver support, only at the terminal', async () => {
    const host = await testHost({ driver: 'demo' });
    const { turnId, outcome } = await waiting(host);
    const wrong = { code: 'bad_request', detail: 'decide for one of: allow, deny' };
    await expect(host.decide('one', turnId, 'approval-1', { option: 'x' })).rejects.toMatchObject(wrong);
    await host.decide('one', turnId, 'approval-1', { option: 'deny' });
    expect(await outcome).toMatchObject({ state: 'done' });

    const mute = await testHost({ driver: 'demo', wrap: ({ decide: _, ...driver }) => driver });
    const asked = await waiting(mute);
    const decided = mute.decide('one', asked.turnId, 'approval-1', { option: 'allow' });
    await expect(decided).rejects.toMatchObject({ code: 'conflict' });
    mute.tmux('one', 'send-keys', '1');
    expect(await asked.outcome).toMatchObject({ state: 'done' });
  });

  test('leaves no file behind once its turn is acknowledged', async () => {
    const host = await testHost({ driver: 'demo' });
    const { turnId, outcome } = await waiting(host);
    await host.decide('one', turnId, 'approval-1', { option: 'allow' });
    await outcome;
    const left = async () => (await readdir(join(host.directory, 'sessions', 'one', 'agent'))).join(' ');
    expect(await left()).toContain(`${turnId}.approval-1.decision`);
    await host.acknowledge('one', turnId);
    expect(await left()).not.toContain(turnId);
  });
});
