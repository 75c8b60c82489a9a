/** What clients of OpenAI's protocols may send wrong, and what they get. */
import { expect, test } from 'vitest';
import { aPerson, call, runServer } from '../running-server.ts';
import { expectRefused, QUESTION, type SentFile, WRONG_BODIES, type Wrong, wrongFiles } from '../wrong-requests.ts';

const CHAT = '/v1/chat/completions';
const RESPONSES = '/v1/responses';
const user = { role: 'user', content: 'Which?' };
const NO_RESPONSE = `resp_${'0'.repeat(32)}`;

const WRONG: Wrong[] = [
  {
    what: 'a model that is not there',
    path: CHAT,
    json: { model: 'gpt-5', messages: [user] },
    status: 404,
    code: 'not_found',
    says: 'model',
  },
  { what: 'no model', path: CHAT, json: { messages: [user] }, status: 400, code: 'bad_request' },
  { what: 'no messages', path: CHAT, json: { model: 'paliadin' }, status: 400, code: 'bad_request' },
  {
    what: 'an empty list of messages',
    path: CHAT,
    json: { model: 'paliadin', messages: [] },
    status: 400,
    code: 'message_invalid',
    says: 'messages',
  },
  {
    what: 'an empty question',
    path: CHAT,
    json: { model: 'paliadin', messages: [{ role: 'user', content: ' ' }] },
    status: 400,
    code: 'message_invalid',
    says: 'messages[0].content',
  },
  {
    what: 'an answer as the last message',
    path: CHAT,
    json: { model: 'paliadin', messages: [user, { role: 'assistant', content: 'This.' }] },
    status: 400,
    code: 'message_invalid',
    says: 'messages[1]',
  },
  {
    what: 'the result of a tool',
    path: CHAT,
    json: { model: 'paliadin', messages: [user, { role: 'tool', tool_call_id: 'x', content: '1' }] },
    status: 400,
    code: 'message_invalid',
    says: 'messages[1]',
  },
  {
    what: 'two answers at once',
    path: CHAT,
    json: { model: 'paliadin', n: 2, messages: [user] },
    status: 400,
    code: 'bad_request',
    says: 'n',
  },
  {
    what: 'an answer in JSON',
    path: CHAT,
    json: { model: 'paliadin', response_format: { type: 'json_object' }, messages: [user] },
    status: 400,
    code: 'bad_request',
    says: 'response_format',
  },
  {
    what: 'a tool that has to be used',
    path: CHAT,
    json: { model: 'paliadin', tools: [], tool_choice: 'required', messages: [user] },
    status: 400,
    code: 'bad_request',
    says: 'tool_choice',
  },
  {
    what: 'a spoken answer',
    path: CHAT,
    json: { model: 'paliadin', modalities: ['text', 'audio'], messages: [user] },
    status: 400,
    code: 'bad_request',
    says: 'modalities',
  },
  {
    what: 'a question that is too long',
    path: CHAT,
    json: { model: 'paliadin', messages: [{ role: 'user', content: 'x'.repeat(200_000) }] },
    status: 413,
    code: 'message_too_large',
  },
  {
    what: 'a response to a model that is not there',
    path: RESPONSES,
    json: { model: 'o3', input: 'Which?' },
    status: 404,
    code: 'not_found',
    says: 'model',
  },
  { what: 'no input', path: RESPONSES, json: { model: 'paliadin' }, status: 400, code: 'bad_request' },
  {
    what: 'an empty input',
    path: RESPONSES,
    json: { model: 'paliadin', input: '' },
    status: 400,
    code: 'message_invalid',
    says: 'input[0].content',
  },
  {
    what: 'an empty list of input',
    path: RESPONSES,
    json: { model: 'paliadin', input: [] },
    status: 400,
    code: 'message_invalid',
    says: 'input',
  },
  {
    what: 'the output of a function',
    path: RESPONSES,
    json: { model: 'paliadin', input: [{ type: 'function_call_output', call_id: 'x', output: '1' }] },
    status: 400,
    code: 'message_invalid',
    says: 'input[0]',
  },
  {
    what: 'an answer in a schema',
    path: RESPONSES,
    json: { model: 'paliadin', input: 'x', text: { format: { type: 'json_schema' } } },
    status: 400,
    code: 'bad_request',
    says: 'text',
  },
  {
    what: 'a previous response that never was',
    path: RESPONSES,
    json: { input: 'x', previous_response_id: NO_RESPONSE },
    status: 404,
    code: 'not_found',
    says: 'previous_response_id',
  },
  {
    what: 'a previous response that is no id',
    path: RESPONSES,
    json: { input: 'x', previous_response_id: 'mine' },
    status: 404,
    code: 'not_found',
    says: 'previous_response_id',
  },
  {
    what: 'an unknown conversation',
    path: RESPONSES,
    json: { input: 'x', conversation: 'conv_none' },
    status: 404,
    code: 'not_found',
    says: 'conversation',
  },
  {
    what: 'a conversation that is no id',
    path: RESPONSES,
    json: { input: 'x', conversation: { id: 'mine' } },
    status: 404,
    code: 'not_found',
    says: 'conversation',
  },
  {
    what: 'a conversation and a previous response',
    path: RESPONSES,
    json: { input: 'x', conversation: 'conv_x', previous_response_id: NO_RESPONSE },
    status: 400,
    code: 'bad_request',
    says: 'conversation',
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
    says: 'model',
  },
  { what: 'an address that is not there', path: '/v1/embeddings', json: {}, status: 404, code: 'not_found' },
];

const chatFile = ({ url, type, name }: SentFile) =>
  type.startsWith('image/')
    ? { type: 'image_url', image_url: { url, detail: 'auto' } }
    : { type: 'file', file: { file_data: url, filename: name } };
const inputFile = ({ url, type, name }: SentFile) =>
  type.startsWith('image/')
    ? { type: 'input_image', image_url: url, detail: 'auto' }
    : { type: 'input_file', file_data: url, filename: name };

const chatWith = (...parts: object[]) => ({
  model: 'paliadin',
  messages: [{ role: 'user', content: [{ type: 'text', text: QUESTION }, ...parts] }],
});
const inputWith = (...parts: object[]) => ({
  model: 'paliadin',
  input: [{ role: 'user', content: [{ type: 'input_text', text: QUESTION }, ...parts] }],
});

/** What is no file at all, or is elsewhere. */
const NO_FILES: Wrong[] = [
  ...[
    { type: 'image_url' },
    { type: 'image_url', image_url: { url: 7 } },
    { type: 'file', file: { file_id: 'file-1' } },
    { type: 'file', file: null },
  ].map((part) => ({ part, path: CHAT, json: chatWith(part), says: 'messages[0].content[1]' })),
  ...[
    { type: 'input_image', file_id: 'file-1' },
    { type: 'input_image', image_url: null },
    { type: 'input_file', file_url: 'https://127.0.0.1/x.pdf' },
    { type: 'input_file', filename: 'x.pdf' },
  ].map((part) => ({ part, path: RESPONSES, json: inputWith(part), says: 'input[0].content[1]' })),
].map(({ part, ...wrong }) => ({ ...wrong, what: JSON.stringify(part), status: 400, code: 'attachment_invalid' }));

const ALL: Wrong[] = [
  ...WRONG,
  ...NO_FILES,
  ...[CHAT, RESPONSES].flatMap((path) => WRONG_BODIES.map((wrong) => ({ ...wrong, path }))),
  ...wrongFiles(
    (sent) => chatWith(...sent.map(chatFile)),
    (file) => `messages[0].content[${file + 1}]`,
  ).map((wrong) => ({ ...wrong, path: CHAT })),
  ...wrongFiles(
    (sent) => inputWith(...sent.map(inputFile)),
    (file) => `input[0].content[${file + 1}]`,
  ).map((wrong) => ({ ...wrong, path: RESPONSES })),
  {
    what: 'a sound',
    path: CHAT,
    json: chatWith({ type: 'input_audio', input_audio: { data: '', format: 'wav' } }),
    status: 400,
    code: 'message_invalid',
    says: 'messages[0].content[1]',
  },
];

test('each wrong request is refused in OpenAI’s shape, with our code and the field, and nothing is asked', async () => {
  await expectRefused(await runServer(), CHAT, ALL, ({ code, says }) => ({
    error: {
      message: expect.stringMatching(/.{10}/),
      type: 'invalid_request_error',
      param: says ?? null,
      code,
      retryable: false,
    },
  }));
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
