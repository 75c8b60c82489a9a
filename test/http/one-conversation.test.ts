/** `PALIADIN_CONVERSATIONS=one`: whatever a client calls its thread, chat or response, it is the user's one conversation. */
import { expect, test } from 'vitest';
import { aPerson, call, type Running, runServer } from './running-server.ts';

const ONE = { conversations: { howMany: 'one', limit: 1000 } } as const;

/** The question, in the thread of this name; `said`: question and answer before it, as the client has them. */
const EDGES = [
  {
    edge: 'Chat Completions',
    path: '/v1/chat/completions',
    ask: (question: string, _thread: string, said: string[]) => ({
      model: 'paliadin',
      stream: true,
      messages: [...said, question].map((content, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content })),
    }),
  },
  {
    edge: 'Responses',
    path: '/v1/responses',
    ask: (input: string) => ({ model: 'paliadin', stream: true, input }),
  },
  {
    edge: 'AG-UI',
    path: '/ag-ui',
    ask: (content: string, threadId: string) => ({
      threadId,
      runId: content,
      messages: [{ id: content, role: 'user', content }],
    }),
  },
  {
    edge: 'the AI SDK',
    path: '/api/chat',
    ask: (text: string, id: string) => ({
      id,
      messages: [{ id: text, role: 'user', parts: [{ type: 'text', text }] }],
    }),
  },
];

async function answered(server: Running, path: string, json: unknown, count: number) {
  const { bearer: headers, user } = await aPerson(server);
  const turns = async () => (await server.turns.history({ userId: user.id, limit: 10 })).turns;
  const asked = call(server, 'POST', path, { headers, json });
  await expect.poll(async () => (await turns()).length, { interval: 5 }).toBe(count);
  const [newest] = await turns();
  await server.agent.answer(newest?.turnId ?? '', `Answer ${count}.`);
  return { text: (await asked).text, newest };
}

test.each(EDGES)('$edge: every thread is the one conversation', async ({ path, ask }) => {
  const server = await runServer(ONE);
  const first = await answered(server, path, ask('One?', 'a', []), 1);
  const further = await answered(server, path, ask('Two?', 'a', ['One?', 'Answer 1.']), 2);
  const elsewhere = await answered(server, path, ask('Three?', 'b', []), 3);
  expect([first.text, further.text, elsewhere.text]).toEqual(
    [1, 2, 3].map((number) => expect.stringContaining(`Answer ${number}.`)),
  );
  expect(new Set([first, further, elsewhere].map(({ newest }) => newest?.sessionId)).size).toBe(1);
  const { user } = await aPerson(server);
  expect(await server.store.sessions.byUser(user.id)).toMatchObject({ name: first.newest?.sessionId });
});

test('AG-UI and the AI SDK take up their thread again, and a response its conversation', async () => {
  const server = await runServer(ONE);
  const { bearer: headers } = await aPerson(server);
  const run = { threadId: 'a', runId: 'r', messages: [{ id: 'm', role: 'user', content: 'One?' }] };
  await answered(server, '/ag-ui', run, 1);
  expect((await call(server, 'POST', '/ag-ui', { headers, json: run })).text).toContain('"delta":"Answer 1."');
  const chat = { id: 'c', messages: [{ id: 'm', role: 'user', parts: [{ type: 'text', text: 'Two?' }] }] };
  await answered(server, '/api/chat', chat, 2);
  expect((await call(server, 'GET', '/api/chat/c/stream', { headers })).status).toBe(204);
  const response = await answered(server, '/v1/responses', { input: 'Three?', stream: true }, 3);
  const [, id] = /"id":"(resp_[0-9a-f]{32})"/.exec(response.text) ?? [];
  const [, conversation] = /"conversation":\{"id":"(conv_[^"]+)"/.exec(response.text) ?? [];
  await answered(server, '/v1/responses', { input: 'Four?', stream: true, previous_response_id: id }, 4);
  await answered(server, '/v1/responses', { input: 'Five?', stream: true, conversation }, 5);
});
