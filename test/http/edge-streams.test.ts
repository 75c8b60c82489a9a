/** Streams of the other protocols end as ours do: with the token, and with the server, and without stopping the turn. */
import { expect, test } from 'vitest';
import { aToken } from '../support/credentials.ts';
import { aPerson, bearer, call, type Running, runServer } from './running-server.ts';

const QUESTION = 'Which?';
const EDGES = [
  {
    edge: 'Chat Completions',
    path: '/v1/chat/completions',
    json: { model: 'paliadin', stream: true, messages: [{ role: 'user', content: QUESTION }] },
    expired: '"code":"not_allowed"',
    stopping: '"code":"internal"',
  },
  {
    edge: 'Responses',
    path: '/v1/responses',
    json: { model: 'paliadin', stream: true, input: QUESTION },
    expired: 'event: error\ndata: {"type":"error","code":"not_allowed"',
    stopping: 'event: error\ndata: {"type":"error","code":"internal"',
  },
  {
    edge: 'AG-UI',
    path: '/ag-ui',
    json: {
      threadId: 't',
      runId: 'r',
      messages: [{ id: 'm', role: 'user', content: QUESTION }],
      tools: [],
      context: [],
    },
    expired: '"code":"not_allowed"',
    stopping: '{"type":"RUN_ERROR"',
  },
  {
    edge: 'the AI SDK',
    path: '/api/chat',
    json: { id: 'c', messages: [{ id: 'm', role: 'user', parts: [{ type: 'text', text: QUESTION }] }] },
    expired: '{"type":"error","errorText":"You are not allowed to do this. (the sign-in has ended',
    stopping: '{"type":"error"',
  },
];

async function open(server: Running, userId: string) {
  await expect.poll(async () => (await server.turns.history({ userId, limit: 1 })).turns.length).toBe(1);
  return (await server.turns.history({ userId, limit: 1 })).turns[0];
}

test.each(EDGES)(
  '$edge: a stream ends when its token expires, and the turn goes on',
  async ({ path, json, expired }) => {
    const server = await runServer({ streamLimits: { recheckMs: 20 } });
    const { user } = await aPerson(server);
    const clock = () => server.clock.now;
    const headers = bearer(await aToken(server.store, 'anna', { clock, lifetimeMs: 5000 }));
    const streamed = call(server, 'POST', path, { headers, json });
    const turn = await open(server, user.id);
    server.clock.now += 10_000;
    expect((await streamed).text).toContain(expired);
    expect((await server.turns.get(user.id, turn?.turnId ?? '')).finishedAt).toBeNull();
  },
);

test.each(EDGES)('$edge: a stream ends with the server, and the turn goes on', async ({ path, json, stopping }) => {
  const server = await runServer();
  const { user, bearer: headers } = await aPerson(server);
  const streamed = call(server, 'POST', path, { headers, json });
  const turn = await open(server, user.id);
  await server.app.close();
  expect((await streamed).text).toContain(stopping);
  expect((await server.turns.get(user.id, turn?.turnId ?? '')).finishedAt).toBeNull();
});

test('a chat completion that is not streamed ends with the server too, as an error that may be repeated', async () => {
  const server = await runServer();
  const { user, bearer: headers } = await aPerson(server);
  const json = { model: 'paliadin', messages: [{ role: 'user', content: QUESTION }] };
  const asked = call(server, 'POST', '/v1/chat/completions', { headers, json });
  const turn = await open(server, user.id);
  await server.app.close();
  const answer = await asked;
  expect([answer.status, answer.json.error.code, answer.json.error.turn_id]).toEqual([503, 'internal', turn?.turnId]);
  expect((await server.turns.get(user.id, turn?.turnId ?? '')).finishedAt).toBeNull();
});

test('the streams of all protocols count together, and one too many is refused before anything is asked', async () => {
  const server = await runServer({ streamLimits: { perUser: 1 } });
  const { user, bearer: headers } = await aPerson(server);
  const first = call(server, 'POST', EDGES[0]?.path ?? '', { headers, json: EDGES[0]?.json });
  const turn = await open(server, user.id);
  for (const { path, json } of EDGES) {
    expect((await call(server, 'POST', path, { headers, json })).status).toBe(429);
  }
  await server.agent.answer(turn?.turnId ?? '', 'These.');
  await first;
  expect((await server.turns.history({ userId: user.id, limit: 5 })).turns).toHaveLength(1);
});
