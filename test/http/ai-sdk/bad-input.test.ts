/** What clients of the AI SDK's protocol may send wrong, and what they get: a body that becomes the message of their error. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { aPerson, call, runServer } from '../running-server.ts';
import { expectRefused, QUESTION, type SentFile, WRONG_BODIES, type Wrong, wrongFiles } from '../wrong-requests.ts';

const user = { id: 'm1', role: 'user', parts: [{ type: 'text', text: QUESTION }] };
const chat = { id: 'c', messages: [user], trigger: 'submit-message' };
const decided = (id: string) => ({
  id: 'm2',
  role: 'assistant',
  parts: [{ type: 'dynamic-tool', state: 'approval-responded', approval: { id, approved: true } }],
});

const WRONG: Wrong[] = [
  { what: 'no chat', json: { ...chat, id: undefined }, status: 400, code: 'bad_request', says: 'id' },
  { what: 'no messages', json: { ...chat, messages: undefined }, status: 400, code: 'bad_request', says: 'messages' },
  {
    what: 'an empty list of messages',
    json: { ...chat, messages: [] },
    status: 400,
    code: 'message_invalid',
    says: 'messages',
  },
  {
    what: 'an empty question',
    json: { ...chat, messages: [{ ...user, parts: [] }] },
    status: 400,
    code: 'message_invalid',
    says: 'messages[0].parts',
  },
  {
    what: 'messages without parts',
    json: { ...chat, messages: [{ role: 'user', content: 'x' }] },
    status: 400,
    code: 'bad_request',
    says: 'parts',
  },
  {
    what: 'an answer as the last message',
    json: { ...chat, messages: [user, { ...user, role: 'assistant' }] },
    status: 400,
    code: 'message_invalid',
    says: 'messages[1]',
  },
  {
    what: 'a decision of what was never asked',
    json: { ...chat, messages: [user, decided(`${randomUUID()}:a1`)] },
    status: 404,
    code: 'not_found',
    says: 'messages[1].parts[0].approval',
  },
  {
    what: 'a decision by no id of ours',
    json: { ...chat, messages: [user, decided('mine')] },
    status: 404,
    code: 'not_found',
    says: 'messages[1].parts[0].approval',
  },
  {
    what: 'a trigger that is none',
    json: { ...chat, trigger: 'now' },
    status: 400,
    code: 'bad_request',
    says: 'trigger',
  },
  {
    what: 'a question that is too long',
    json: { ...chat, messages: [{ ...user, parts: [{ type: 'text', text: 'x'.repeat(200_000) }] }] },
    status: 413,
    code: 'message_too_large',
  },
];

const asking = (...parts: object[]) => ({ ...chat, messages: [{ ...user, parts: [...user.parts, ...parts] }] });
const part = ({ url, type: mediaType, name: filename }: SentFile) => ({ type: 'file', mediaType, filename, url });

const NO_FILES: Wrong[] = [
  { type: 'file', mediaType: 'image/png' },
  { type: 'file', mediaType: 'image/png', url: '/uploads/x.png' },
  { type: 'file', mediaType: 'image/png', url: 'blob:https://127.0.0.1/x' },
  { type: 'reasoning-file', mediaType: 'image/png', url: 7 },
].map((one) => ({
  what: JSON.stringify(one),
  json: asking(one),
  status: 400,
  code: 'attachment_invalid',
  says: 'messages[0].parts[1]',
}));

test('each wrong request is refused with our code and the field, and nothing is asked', async () => {
  const files = wrongFiles(
    (sent) => asking(...sent.map(part)),
    (file) => `messages[0].parts[${file + 1}]`,
  );
  const all = [...WRONG, ...WRONG_BODIES, ...NO_FILES, ...files];
  await expectRefused(await runServer(), '/api/chat', all, ({ code, says = '' }) =>
    expect.objectContaining({ code, ...(says !== '' && { detail: expect.stringContaining(says) }) }),
  );
});

test('two questions of a chat at once are answered one after the other; one beside an open approval is refused', async () => {
  const server = await runServer();
  const { user: owner, bearer } = await aPerson(server, { subject: 'owner', role: 'owner' });
  const ask = (id: string) =>
    call(server, 'POST', '/api/chat', { headers: bearer, json: { ...chat, messages: [{ ...user, id }] } });
  const newest = async () => (await server.turns.history({ userId: owner.id, limit: 5 })).turns;
  const first = ask('m1');
  await expect.poll(async () => (await newest()).length).toBe(1);
  const second = ask('m2');
  await expect.poll(async () => (await newest()).length).toBe(2);
  const [two, one] = await newest();
  await server.agent.answer(one?.turnId ?? '', 'One.');
  expect((await first).text).toContain('"delta":"One."');
  const approval = { id: 'a1', title: 'Allow?', options: [{ id: 'allow', label: 'Yes' }] };
  await server.agent.happen(two?.turnId ?? '', [{ type: 'running' }, { type: 'approval', approval }]);
  expect((await second).text).toContain('tool-approval-request');
  expect(await ask('m3')).toMatchObject({ status: 409, json: { code: 'conflict' } });
});
