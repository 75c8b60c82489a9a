/** What Codex repeats by itself is not asked again. */
import { expect, test } from 'vitest';
import { aPerson, call, type Running, runServer } from '../running-server.ts';

const json = { model: 'paliadin', stream: true, input: [{ type: 'message', role: 'user', content: 'Which?' }] };

async function codex(server: Running, turnId = 'turn-1') {
  const { bearer, user } = await aPerson(server);
  const metadata = JSON.stringify({ turn_id: turnId, request_kind: 'turn' });
  const headers = { ...bearer, originator: 'codex_exec', 'x-codex-turn-metadata': metadata };
  const turns = async () => (await server.turns.history({ userId: user.id, limit: 5 })).turns;
  return {
    turns,
    ask: () => call(server, 'POST', '/v1/responses', { headers, json }),
    newest: async (count: number) => {
      await expect.poll(async () => (await turns()).length, { interval: 5 }).toBe(count);
      return (await turns())[0]?.turnId ?? '';
    },
    stop: async (id: string) => await server.turns.cancel(user.id, id),
  };
}

test('a turn that fails is final for Codex, and a repeated request gets the same turn', async () => {
  const server = await runServer();
  const { ask, newest, turns } = await codex(server);
  const asked = ask();
  await server.agent.fail(await newest(1), { code: 'agent_limit' });
  for (const { text } of [await asked, await ask()]) {
    expect(text).toContain('event: response.failed');
    expect(text).toMatch(/"error":\{"code":"invalid_prompt","message":"[^"]+ \(agent_limit\)"\}/);
  }
  expect(await turns()).toHaveLength(1);
  const other = await codex(server, 'turn-2');
  const further = other.ask();
  await server.agent.answer(await newest(2), 'These.');
  expect((await further).text).toContain('response.completed');
});

test('a turn that was stopped is final for Codex, and asked again only where Codex comes back with the same request', async () => {
  const server = await runServer();
  const { ask, newest, stop } = await codex(server);
  const asked = ask();
  await stop(await newest(1));
  const { text } = await asked;
  expect(text).toMatch(
    /event: response\.failed\n.*"status":"failed","background":false,"error":\{"code":"invalid_prompt"/,
  );
  const again = ask();
  await server.agent.answer(await newest(2), 'These.');
  expect((await again).text).toContain('response.completed');
  expect((await ask()).text).toContain('"delta":"These."');
});
