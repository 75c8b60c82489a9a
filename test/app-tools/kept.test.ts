/** What is kept of the calls: the person gets it with all else that is theirs, and it goes with the question and with them. */
import { expect, test } from 'vitest';
import { useCases } from './use-apps.ts';

const here = useCases();
const MESSAGE = 'Which of my cases are overdue?';

async function asked(subject: string) {
  const client = await here.gateway.as(subject);
  const turn = await client.answer(MESSAGE);
  const owner = await here.gateway.as('owner');
  const { user } = await client.me();
  const { appTools } = await here.gateway.store();
  return { client, owner, user, turn, calls: () => appTools.ofTurn(turn.turnId) };
}

test('the export of a person has their calls, with the arguments, and nobody else’s', async () => {
  const { owner, user, turn } = await asked('jwt:ana');
  await asked('jwt:ben');
  const response = await owner.call('GET', `/api/admin/users/${user.id}/export`);
  const { turns } = (await response.json()) as { turns: { turnId: string; toolCalls: object[] }[] };
  expect(turns).toHaveLength(1);
  expect(turns[0]).toMatchObject({
    turnId: turn.turnId,
    toolCalls: [{ tool: 'list_cases', arguments: expect.stringContaining('overdue'), outcome: 'done' }],
  });
});

test('with a conversation, the calls of its questions are deleted', async () => {
  const { client, turn, calls } = await asked('jwt:ben');
  expect(await calls()).toHaveLength(1);
  expect((await client.call('DELETE', `/api/conversations/${turn.sessionId}`)).status).toBe(200);
  expect(await calls()).toEqual([]);
});

test('with a person, their calls are deleted', async () => {
  const { owner, user, calls } = await asked('jwt:ana');
  expect(await calls()).toHaveLength(1);
  expect((await owner.call('DELETE', `/api/admin/users/${user.id}`)).status).toBe(200);
  expect(await calls()).toEqual([]);
});
