/** Several conversations of one person, with real terminals and the demo agent. */
import { access, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { conversationsPage, conversationView } from '../../src/contract/api.ts';
import type { ApiClient } from '../support/api-client.ts';
import { until } from '../support/until.ts';
import { useGateway } from '../support/use-gateway.ts';

const gateway = useGateway();

async function person(subject: string) {
  const client = await gateway().as(subject);
  const { session } = await client.me();
  return {
    client,
    first: session.name,
    begin: async () =>
      conversationView.parse(await (await client.call('POST', '/api/conversations', { body: {} })).json()),
    states: async () => statesOf(client),
    release: (sessionId: string, name: string) =>
      writeFile(join(gateway().agentDirectory(sessionId), `release-${name}`), ''),
  };
}

async function statesOf(client: ApiClient) {
  const { conversations } = conversationsPage.parse(await (await client.call('GET', '/api/conversations')).json());
  return Object.fromEntries(conversations.map(({ sessionId, state }) => [sessionId, state]));
}

function hostDirectory(sessionId: string): string {
  return join(gateway().stateDir, 'host', 'sessions', sessionId);
}

test('two conversations of a person run at once, each with its own context; within one, questions wait', async () => {
  const { client, first, begin, states, release } = await person('anna');
  const { sessionId: second } = await begin();
  const held = await client.ask('demo hold x', { sessionId: first });
  const waiting = await client.ask('demo memory', { sessionId: first });
  await client.until(held.turnId, 'chunk');
  const other = await client.answer('demo memory', { sessionId: second });
  expect(other).toMatchObject({ status: 'completed', sessionId: second });
  expect(other.response).toContain('This is your first question.');
  expect(await client.turn(held.turnId)).toMatchObject({ status: 'running' });
  expect(await client.turn(waiting.turnId)).toMatchObject({ status: 'queued', queuePosition: 1 });
  expect(await states()).toEqual({ [first]: 'answering', [second]: 'idle' });
  await release(first, 'x');
  expect((await client.finished(waiting.turnId)).response).not.toContain('This is your first question.');
});

test('starting one over leaves the memory of the other', async () => {
  const { client, first, begin } = await person('ben');
  const { sessionId: second } = await begin();
  for (const sessionId of [first, second]) await client.answer('demo at once', { sessionId });
  await client.call('POST', `/api/conversations/${first}/reset`);
  const [anew, kept] = await Promise.all(
    [first, second].map((sessionId) => client.answer('demo memory', { sessionId })),
  );
  expect(anew).toMatchObject({ generation: 2, response: expect.stringContaining('This is your first question.') });
  expect(kept).toMatchObject({ generation: 1, response: expect.not.stringContaining('This is your first question.') });
});

test('deleting a conversation stops its turn, and leaves nothing of it here or on the host', async () => {
  const { client, first, begin } = await person('carla');
  const { sessionId: second } = await begin();
  await client.answer('demo at once', { sessionId: first });
  await client.answer('demo at once', { sessionId: second });
  const held = await client.ask('demo hold x', { sessionId: second });
  await client.until(held.turnId, 'chunk');
  const names = await readdir(join(hostDirectory(second), 'agent'));
  expect(names.filter((name) => /^[0-9a-f-]{36}\.json$/.test(name))).toHaveLength(1); // the demo agent's memory
  const deleted = await client.call('DELETE', `/api/conversations/${second}`);
  expect(await deleted.json()).toEqual({ turns: 2, hostAway: false });
  await expect(access(hostDirectory(second))).rejects.toThrow('ENOENT');
  await access(hostDirectory(first));
  expect((await client.history()).turns).toHaveLength(1);
  const store = await gateway().store();
  expect(await store.turns.get(held.turnId)).toBeNull();
  expect(await store.conversations.deleted()).toEqual([]);
  const { user } = await client.me();
  const events = await store.events.after({ userId: user.id, after: 0, limit: 1000 });
  expect(events.filter(({ turnId }) => turnId === held.turnId)).toEqual([]);
});

test('a gateway that is killed while two conversations answer completes both after its start', async () => {
  const { client, first, begin, release } = await person('dora');
  const { sessionId: second } = await begin();
  const turns = [
    await client.ask('demo hold x', { sessionId: first }),
    await client.ask('demo hold y', { sessionId: second }),
  ];
  for (const { turnId } of turns) await client.until(turnId, 'chunk');
  await gateway().end('SIGKILL');
  await gateway().start();
  await release(first, 'x');
  await release(second, 'y');
  for (const { turnId, sessionId } of turns) {
    expect(await client.finished(turnId)).toMatchObject({
      status: 'completed',
      sessionId,
      response: expect.stringContaining('This is the second half.'),
    });
  }
});

test('what a host that is away has of a deleted conversation is deleted when it is back', async () => {
  const { client, begin } = await person('emil');
  const { sessionId } = await begin();
  await client.answer('demo at once', { sessionId });
  const store = await gateway().store();
  // As if the host had been away: the row is what is left to do.
  await store.conversations.remove(sessionId, { actor: 'cli', at: Date.now() });
  await access(hostDirectory(sessionId));
  expect(await store.conversations.deleted()).toMatchObject([{ name: sessionId }]);
  await gateway().end('SIGTERM');
  await gateway().start();
  await until('the host to forget it', async () => (await store.conversations.deleted()).length === 0);
  await expect(access(hostDirectory(sessionId))).rejects.toThrow('ENOENT');
});

test('deleting a user deletes what the host has of all their conversations', async () => {
  const { client, first, begin } = await person('fritz');
  const { sessionId: second } = await begin();
  for (const sessionId of [first, second]) await client.answer('demo at once', { sessionId });
  const { user } = await client.me();
  const owner = await gateway().as('owner');
  const deleted = await owner.call('DELETE', `/api/admin/users/${user.id}`);
  expect(await deleted.json()).toMatchObject({ turns: 2, conversationEnded: true });
  for (const sessionId of [first, second]) await expect(access(hostDirectory(sessionId))).rejects.toThrow('ENOENT');
});
