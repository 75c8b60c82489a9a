/** The tmux server of one session hangs: its turns end with a reason, and other sessions do not wait for it. */
import { expect, onTestFinished, test } from 'vitest';
import { signal } from '../support/processes.ts';
import { type TestHost, testHost } from './test-host.ts';

const SILENT = { code: 'agent_not_ready', detail: expect.stringContaining('tmux server does not answer') };

const open = (more = {}) => testHost({ driver: 'demo', tmuxAnswerMs: 300, ...more });

function stop(host: TestHost, session = 'one'): number {
  const server = Number(host.tmux(session, 'display-message', '-p', '#{pid}'));
  signal(server, 'SIGSTOP');
  onTestFinished(() => signal(server, 'SIGCONT'));
  return server;
}

test('a question to a session whose tmux hangs is refused in time, and answered once tmux continues', async () => {
  const host = await open();
  await host.ask('demo at once').outcome;
  const server = stop(host);
  await expect(host.health('one')).rejects.toMatchObject(SILENT);
  const refused = host.ask('demo at once');
  expect(await refused.outcome).toMatchObject({ state: 'failed', ...SILENT });
  expect(await host.ask('demo at once', { session: 'two' }).outcome).toMatchObject({ state: 'done' });
  signal(server, 'SIGCONT');
  expect(await host.ask('demo at once').outcome).toMatchObject({ state: 'done' });
  expect(host.prompts().map(({ turnId }) => turnId)).not.toContain(refused.turnId);
});

test('a running turn ends when the agent says so, even if tmux hangs', async () => {
  const host = await open();
  const turn = host.ask('demo hold x');
  await turn.hears('chunk');
  stop(host);
  host.release('x');
  expect(await turn.outcome).toMatchObject({ state: 'done' });
});

test('a running turn whose agent and tmux are both silent times out, and can be cancelled', async () => {
  const host = await open({ silenceMs: 1_000 });
  const silent = host.ask('demo hold x');
  await silent.hears('chunk');
  const stopped = host.ask('demo hold y', { session: 'two' });
  await stopped.hears('chunk');
  stop(host);
  stop(host, 'two');
  await host.cancel('two', stopped.turnId);
  expect(await stopped.outcome).toMatchObject({ state: 'cancelled' });
  expect(await silent.outcome).toMatchObject({ state: 'failed', code: 'timeout' });
});

test('sessions are still listed, and all ended on shutdown, while one tmux hangs', async () => {
  const host = await open();
  await Promise.all(['one', 'two'].map((session) => host.ask('demo at once', { session }).outcome));
  stop(host);
  expect(await host.sessions()).toEqual(
    expect.arrayContaining(['one', 'two'].map((session) => ({ session, live: true, running: null }))),
  );
  await host.shutdown();
  expect(host.retired).toBe(true);
  expect(host.tmux('two', 'display-message', '-p', 'here')).toBe('');
});

test('a daemon that starts while one tmux hangs serves the other sessions, and can be stopped', async () => {
  const before = await open();
  await Promise.all(['one', 'two'].map((session) => before.ask('demo at once', { session }).outcome));
  stop(before);
  const host = await open({ directory: before.directory });
  expect(host.troubles).toContainEqual(expect.objectContaining(SILENT));
  await expect(host.reset('one')).rejects.toMatchObject(SILENT);
  expect(await host.ask('demo at once', { session: 'two' }).outcome).toMatchObject({ state: 'done' });
  await expect(host.shutdown()).rejects.toMatchObject(SILENT);
  expect(host.retired).toBe(true);
});
