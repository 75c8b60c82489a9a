/** Requests in the shapes in which clients that exist send them, with all the fields that have no effect here. */
import { expect, test } from 'vitest';
import { aPerson, call, type Running, runServer } from '../running-server.ts';

const STREAM = { stream: true } as const;

/** What each client asks first, and how it sends what was said with its next question. */
const CLIENTS = [
  {
    client: 'Codex',
    path: '/v1/responses',
    ask: (said: string[]) => ({
      model: 'paliadin',
      instructions: 'You are a coding agent running in the Codex CLI.',
      input: [
        {
          type: 'message',
          role: 'developer',
          content: [{ type: 'input_text', text: '<permissions>read-only</permissions>' }],
        },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: '<environment_context/>' }] },
        ...said.flatMap((text, at) =>
          at % 2 === 0
            ? [{ type: 'message', role: 'user', content: [{ type: 'input_text', text }] }]
            : [
                { type: 'reasoning', summary: [], content: null, encrypted_content: null },
                { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] },
              ],
        ),
      ],
      tools: [
        {
          type: 'function',
          name: 'shell',
          description: 'Runs a command',
          strict: false,
          parameters: { type: 'object' },
        },
      ],
      tool_choice: 'auto',
      parallel_tool_calls: true,
      reasoning: { effort: 'medium', summary: 'auto' },
      store: false,
      ...STREAM,
      include: ['reasoning.encrypted_content'],
      prompt_cache_key: '0199',
      text: { verbosity: 'low' },
      client_metadata: { session_id: '0199' },
    }),
  },
  {
    client: 'opencode',
    path: '/v1/chat/completions',
    ask: (said: string[]) => ({
      model: 'paliadin',
      max_tokens: 32_000,
      top_p: 1,
      messages: [
        { role: 'system', content: 'You are opencode.' },
        { role: 'system', content: `<env>${said.length}</env>` },
        ...said.map((content, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content })),
      ],
      tools: [{ type: 'function', function: { name: 'bash', description: '', parameters: { type: 'object' } } }],
      tool_choice: 'auto',
      ...STREAM,
      stream_options: { include_usage: true },
    }),
  },
  {
    client: 'Open WebUI',
    path: '/v1/chat/completions',
    ask: (said: string[]) => ({
      ...STREAM,
      model: 'paliadin',
      messages: said.map((content, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content })),
      stream_options: { include_usage: true },
      user: { name: 'Anna', id: 'u1', email: 'anna@example.com', role: 'user' },
      session_id: 'x',
      chat_id: 'x',
      features: { web_search: false },
      metadata: {},
    }),
  },
  {
    client: 'LibreChat',
    path: '/v1/chat/completions',
    ask: (said: string[]) => ({
      model: 'paliadin',
      user: '6650',
      temperature: 1,
      top_p: 1,
      presence_penalty: 0,
      frequency_penalty: 0,
      ...STREAM,
      messages: said.map((text, at) =>
        at % 2 === 0 ? { role: 'user', content: [{ type: 'text', text }] } : { role: 'assistant', content: text },
      ),
      tools: [],
      tool_choice: 'none',
      logit_bias: null,
      stop: null,
      n: 1,
      response_format: null,
    }),
  },
];

async function answered(server: Running, userId: string, count: number, request: () => ReturnType<typeof call>) {
  const asked = request();
  await expect
    .poll(async () => (await server.turns.history({ userId, limit: 10 })).turns.length, { interval: 5 })
    .toBe(count);
  const { turns } = await server.turns.history({ userId, limit: 1 });
  await server.agent.answer(turns[0]?.turnId ?? '', `Answer ${count}.`);
  return { ...(await asked), turn: turns[0] };
}

test.each(CLIENTS)('$client asks, is answered, and goes on in the same conversation', async ({ path, ask }) => {
  const server = await runServer();
  const { bearer: headers, user } = await aPerson(server);
  const said = ['Which?'];
  const first = await answered(server, user.id, 1, () => call(server, 'POST', path, { headers, json: ask(said) }));
  expect([first.status, first.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
  expect(first.text).toContain('Answer 1.');
  expect(first.turn?.message).toBe('Which?');
  said.push('Answer 1.', 'And then?');
  const second = await answered(server, user.id, 2, () => call(server, 'POST', path, { headers, json: ask(said) }));
  expect(second.text).toContain('Answer 2.');
  expect(second.turn).toMatchObject({ message: 'And then?', sessionId: first.turn?.sessionId });
  const elsewhere = await answered(server, user.id, 3, () =>
    call(server, 'POST', path, { headers, json: ask(['Something else?']) }),
  );
  expect(elsewhere.turn?.sessionId).not.toBe(first.turn?.sessionId);
});
