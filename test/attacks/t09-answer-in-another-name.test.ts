/**
 * T9. An agent that was manipulated in one turn tries to answer another: it writes reply files for the other turn, and
 * calls the hook server as another session.
 *
 * Verified with a real host and agent: a reply file's name has a nonce that is new for each turn and can't be guessed,
 * so a file under the turn's id alone is not the answer, and neither is the file of an earlier turn; a session's
 * directory is its own; and a hook's call counts for the session whose secret it shows, whatever it claims.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startHookServer } from '../../src/host/agents/claude/hook-server.ts';
import { relayForTest } from '../host/relay/test-relay.ts';
import { testHost } from '../host/test-host.ts';
import { until } from '../support/until.ts';

test('T9: a reply file without the turn’s nonce is not its answer', async () => {
  const host = await testHost({ driver: 'reply-file' });
  await host.ask('demo at once').outcome;
  const agent = (session: string) => join(host.directory, 'sessions', session, 'agent');
  const [earlier = ''] = (await readdir(agent('one'))).filter((name) => name.endsWith('.md'));
  const nonce = earlier.split('.')[1] ?? '';
  expect(nonce).toMatch(/^[0-9a-f]{32}$/);
  const asked = host.ask('demo hold x');
  await until('the prompt', () => host.prompts().length === 2);
  await mkdir(agent('two'), { recursive: true });
  for (const session of ['one', 'two']) {
    for (const guess of [`${asked.turnId}.md`, `${asked.turnId}.${'0'.repeat(32)}.md`, `${asked.turnId}.${nonce}.md`]) {
      await writeFile(join(agent(session), guess), 'forged');
    }
  }
  host.release('x');
  await asked.outcome;
  expect(asked.text).toMatch(/^This is the first half\./);
});

test('T9: a hook counts for the session whose secret it shows, and for no other', async () => {
  const { relay, files, secret } = await relayForTest();
  const heard: string[] = [];
  const server = await startHookServer(files.hooks, {
    receive: async (session) => {
      heard.push(session);
      return {};
    },
    onError: () => undefined,
  });
  onTestFinished(() => server.close());
  const [one, two] = [secret('one'), secret('two')];
  const call = async (token: string) => {
    const body = JSON.stringify({ hook_event_name: 'Stop', prompt_id: 'p', session_id: 'two' });
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-paliadin-session': 'two',
    };
    return (await fetch(`http://127.0.0.1:${relay.port}/paliadin`, { method: 'POST', headers, body })).status;
  };
  for (const token of [`two.${one}`, `one.${two}`, `three.${one}`, 'two', '', `one.${one}x`]) {
    expect(await call(token)).toBe(401);
  }
  expect(heard).toEqual([]);
  expect(await call(`one.${one}`)).toBe(200);
  expect(heard).toEqual(['one']);
});
