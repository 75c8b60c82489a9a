/** What clients of OpenAI's protocols may send wrong, and what they get. */
import { expect, test } from 'vitest';
import { aPerson, call, type Running, runServer } from '../running-server.ts';

const CHAT = '/v1/chat/completions';
const RESPONSES = '/v1/responses';
const user = { role: 'user', content: 'Which?' };
const NO_RESPONSE = `resp_${'0'.repeat(32)}`;

interface Wrong {
  what: string;
  method?: string;
  path: string;
  json?: unknown;
  body?: string;
  type?: string;
  status: number;
  code: string;
  param?: string;
}

const WRONG: Wrong[] = [
  {
    what: 'a model that is not there',
    path: CHAT,
    json: { model: 'gpt-5', messages: [user] },
    status: 404,
    code: 'not_found',
    param: 'model',
  },
  { what: 'no model', path: CHAT, json: { messages: [user] }, status: 400, code: 'bad_request' },
  { what: 'no messages', path: CHAT, json: { model: 'paliadin' }, status: 400, code: 'bad_request' },
  {
    what: 'an empty list of messages',
    path: CHAT,
    json: { model: 'paliadin', messages: [] },
    status: 400,
    code: 'message_invalid',
    param: 'messages',
  },
  {
    what: 'an empty question',
    path: CHAT,
    json: { model: 'paliadin', messages: [{ role: 'user', content: ' ' }] },
    status: 400,
    code: 'message_invalid',
    param: 'messages[0].content',
  },
  {
    what: 'an answer as the last message',
    path: CHAT,
    json: { model: 'paliadin', messages: [user, { role: 'assistant', content: 'This.' }] },
    status: 400,
    code: 'message_invalid',
    param: 'messages[1]',
  },
  {
    what: 'the result of a tool',
    path: CHAT,
    json: { model: 'paliadin', messages: [user, { role: 'tool', tool_call_id: 'x', content: '1' }] },
    status: 400,
    code: 'message_invalid',
    param: 'messages[1]',
  },
  {
    what: 'an image',
    path: CHAT,
    json: {
      model: 'paliadin',
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,' } }] }],
    },
    status: 400,
    code: 'message_invalid',
    param: 'messages[0].content[0]',
  },
  {
    what: 'two answers at once',
    path: CHAT,
    json: { model: 'paliadin', n: 2, messages: [user] },
    status: 400,
    code: 'bad_request',
    param: 'n',
  },
  {
    what: 'an answer in JSON',
    path: CHAT,
    json: { model: 'paliadin', response_format: { type: 'json_object' }, messages: [user] },
    status: 400,
    code: 'bad_request',
    param: 'response_format',
  },
  {
    what: 'a tool that has to be used',
    path: CHAT,
    json: { model: 'paliadin', tools: [], tool_choice: 'required', messages: [user] },
    status: 400,
    code: 'bad_request',
    param: 'tool_choice',
  },
  {
    what: 'a spoken answer',
    path: CHAT,
    json: { model: 'paliadin', modalities: ['text', 'audio'], messages: [user] },
    status: 400,
    code: 'bad_request',
    param: 'modalities',
  },
  {
    what: 'a question that is too long',
    path: CHAT,
    json: { model: 'paliadin', messages: [{ role: 'user', content: 'x'.repeat(200_000) }] },
    status: 413,
    code: 'message_too_large',
  },
  {
    what: 'a body that is too large',
    path: CHAT,
    body: `{"x":"${'x'.repeat(5_000_000)}"}`,
    status: 413,
    code: 'message_too_large',
  },
  { what: 'text instead of JSON', path: CHAT, body: 'Which?', type: 'text/plain', status: 415, code: 'bad_request' },
  { what: 'JSON that is none', path: CHAT, body: '{"model":', status: 400, code: 'bad_request' },
  { what: 'a body that is no object', path: CHAT, json: [], status: 400, code: 'bad_request' },
  {
    what: 'a response to a model that is not there',
    path: RESPONSES,
    json: { model: 'o3', input: 'Which?' },
    status: 404,
    code: 'not_found',
    param: 'model',
  },
  { what: 'no input', path: RESPONSES, json: { model: 'paliadin' }, status: 400, code: 'bad_request' },
  {
    what: 'an empty input',
    path: RESPONSES,
    json: { model: 'paliadin', input: '' },
    status: 400,
    code: 'message_invalid',
    param: 'input[0].content',
  },
  {
    what: 'an empty list of input',
    path: RESPONSES,
    json: { model: 'paliadin', input: [] },
    status: 400,
    code: 'message_invalid',
    param: 'input',
  },
  {
    what: 'an image as input',
    path: RESPONSES,
    json: { model: 'paliadin', input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'x' }] }] },
    status: 400,
    code: 'message_invalid',
    param: 'input[0].content[0]',
  },
  {
    what: 'the output of a function',
    path: RESPONSES,
    json: { model: 'paliadin', input: [{ type: 'function_call_output', call_id: 'x', output: '1' }] },
    status: 400,
    code: 'message_invalid',
    param: 'input[0]',
  },
  {
    what: 'an answer in a schema',
    path: RESPONSES,
    json: { model: 'paliadin', input: 'x', text: { format: { type: 'json_schema' } } },
    status: 400,
    code: 'bad_request',
    param: 'text',
  },
  {
    what: 'a previous response that never was',
    path: RESPONSES,
    json: { input: 'x', previous_response_id: NO_RESPONSE },
    status: 404,
    code: 'not_found',
    param: 'previous_response_id',
  },
  {
    what: 'a previous response that is no id',
    path: RESPONSES,
    json: { input: 'x', previous_response_id: 'mine' },
    status: 404,
    code: 'not_found',
    param: 'previous_response_id',
  },
  {
    what: 'an unknown conversation',
    path: RESPONSES,
    json: { input: 'x', conversation: 'conv_none' },
    status: 404,
    code: 'not_found',
    param: 'conversation',
  },
  {
    what: 'a conversation that is no id',
    path: RESPONSES,
    json: { input: 'x', conversation: { id: 'mine' } },
    status: 404,
    code: 'not_found',
    param: 'conversation',
  },
  {
    what: 'a conversation and a previous response',
    path: RESPONSES,
    json: { input: 'x', conversation: 'conv_x', previous_response_id: NO_RESPONSE },
    status: 400,
    code: 'bad_request',
    param: 'conversation',
  },
  {
    what: 'a response that never was',
    method: 'GET',
    path: `${RESPONSES}/${NO_RESPONSE}`,
    status: 404,
    code: 'not_found',
  },
  {
    what: 'resuming a response that never was',
    method: 'GET',
    path: `${RESPONSES}/${NO_RESPONSE}?stream=true&starting_after=3`,
    status: 404,
    code: 'not_found',
  },
  {
    what: 'resuming after no number',
    method: 'GET',
    path: `${RESPONSES}/${NO_RESPONSE}?stream=true&starting_after=x`,
    status: 400,
    code: 'bad_request',
  },
  { what: 'cancelling what never was', path: `${RESPONSES}/${NO_RESPONSE}/cancel`, status: 404, code: 'not_found' },
  {
    what: 'a model by a wrong name',
    method: 'GET',
    path: '/v1/models/gpt-5',
    status: 404,
    code: 'not_found',
    param: 'model',
  },
  { what: 'an address that is not there', path: '/v1/embeddings', json: {}, status: 404, code: 'not_found' },
];

async function ask(
  server: Running,
  bearer: Record<string, string>,
  { method = 'POST', path, json, body, type }: Wrong,
) {
  const headers = { ...bearer, ...(body !== undefined && { 'content-type': type ?? 'application/json' }) };
  return await call(server, method, path, {
    headers,
    ...(json !== undefined && { json }),
    ...(body !== undefined && { body }),
  });
}

test('each wrong request is refused in OpenAI’s shape, with our code and the field, and nothing is asked', async () => {
  const server = await runServer();
  const { bearer, user } = await aPerson(server);
  for (const wrong of WRONG) {
    const { status, json } = await ask(server, bearer, wrong);
    expect([wrong.what, status, json]).toEqual([
      wrong.what,
      wrong.status,
      {
        error: {
          message: expect.stringMatching(/.{10}/),
          type: 'invalid_request_error',
          param: wrong.param ?? null,
          code: wrong.code,
          retryable: false,
        },
      },
    ]);
  }
  expect((await server.turns.history({ userId: user.id, limit: 1 })).turns).toEqual([]);
  expect(server.log()).not.toContain('Which?');
});

test('`user` is never identity: the token says who asks', async () => {
  const server = await runServer();
  const anna = await aPerson(server, { subject: 'anna' });
  const ben = await aPerson(server, { subject: 'ben' });
  const json = { model: 'paliadin', user: 'ben', safety_identifier: ben.user.id, input: 'Which?', background: true };
  expect((await call(server, 'POST', RESPONSES, { headers: anna.bearer, json })).status).toBe(200);
  expect((await server.turns.history({ userId: ben.user.id, limit: 1 })).turns).toEqual([]);
  expect((await server.turns.history({ userId: anna.user.id, limit: 1 })).turns).toHaveLength(1);
});

test('another user’s response, conversation and stream are not there', async () => {
  const server = await runServer();
  const anna = await aPerson(server, { subject: 'anna' });
  const ben = await aPerson(server, { subject: 'ben' });
  const json = { model: 'paliadin', input: 'Which?', background: true };
  const { json: response } = await call(server, 'POST', RESPONSES, { headers: anna.bearer, json });
  const headers = ben.bearer;
  for (const [method, path, body] of [
    ['GET', `${RESPONSES}/${response.id}`, undefined],
    ['GET', `${RESPONSES}/${response.id}?stream=true`, undefined],
    ['POST', `${RESPONSES}/${response.id}/cancel`, undefined],
    ['POST', RESPONSES, { input: 'x', previous_response_id: response.id }],
    ['POST', RESPONSES, { input: 'x', conversation: response.conversation.id }],
  ] as const) {
    const answer = await call(server, method, path, { headers, ...(body !== undefined && { json: body }) });
    expect([path, answer.status, answer.json?.error.code]).toEqual([path, 404, 'not_found']);
  }
});

test('a token without the scope `ask` is refused, and one with it alone is enough', async () => {
  const server = await runServer();
  const reads = await aPerson(server, { subject: 'reads', scopes: ['read'] });
  const asks = await aPerson(server, { subject: 'asks', scopes: ['ask'] });
  const json = { model: 'paliadin', input: 'Which?', background: true };
  expect(await call(server, 'POST', RESPONSES, { headers: reads.bearer, json })).toMatchObject({
    status: 403,
    json: { error: { type: 'permission_error', code: 'not_allowed' } },
  });
  expect((await call(server, 'GET', '/v1/models', { headers: asks.bearer })).status).toBe(200);
  expect((await call(server, 'POST', RESPONSES, { headers: asks.bearer, json })).status).toBe(200);
});
