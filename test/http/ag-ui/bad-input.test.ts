/** What AG-UI clients may send wrong, and what they get. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { aPerson, call, runServer } from '../running-server.ts';
import { expectRefused, QUESTION, type SentFile, WRONG_BODIES, type Wrong, wrongFiles } from '../wrong-requests.ts';

const user = { id: 'm1', role: 'user', content: QUESTION };
const run = { threadId: 't', runId: 'r', messages: [user], tools: [], context: [], state: {} };
const NEVER = `${randomUUID()}:approval-1`;

const WRONG: Wrong[] = [
  { what: 'no thread', json: { ...run, threadId: undefined }, status: 400, code: 'bad_request', says: 'threadId' },
  { what: 'no run', json: { ...run, runId: '' }, status: 400, code: 'bad_request', says: 'runId' },
  { what: 'no messages', json: { ...run, messages: undefined }, status: 400, code: 'bad_request', says: 'messages' },
  {
    what: 'an empty list of messages',
    json: { ...run, messages: [] },
    status: 400,
    code: 'message_invalid',
    says: 'messages',
  },
  {
    what: 'an empty question',
    json: { ...run, messages: [{ ...user, content: '' }] },
    status: 400,
    code: 'message_invalid',
    says: 'messages[0].content',
  },
  {
    what: 'the result of a tool as the last message',
    json: { ...run, messages: [user, { id: 'm2', role: 'tool', toolCallId: 'x', content: '1' }] },
    status: 400,
    code: 'message_invalid',
    says: 'messages[1]',
  },
  {
    what: 'resuming what was never asked',
    json: { ...run, resume: [{ interruptId: NEVER, status: 'resolved', payload: { option: 'allow' } }] },
    status: 404,
    code: 'not_found',
    says: 'resume[0].interruptId',
  },
  {
    what: 'resuming by no id of ours',
    json: { ...run, resume: [{ interruptId: 'mine', status: 'cancelled' }] },
    status: 404,
    code: 'not_found',
    says: 'resume[0].interruptId',
  },
  {
    what: 'resuming with another status',
    json: { ...run, resume: [{ interruptId: NEVER, status: 'maybe' }] },
    status: 400,
    code: 'bad_request',
    says: 'resume/0/status',
  },
  {
    what: 'a question that is too long',
    json: { ...run, messages: [{ ...user, content: 'x'.repeat(200_000) }] },
    status: 413,
    code: 'message_too_large',
  },
];

const asking = (...parts: object[]) => ({
  ...run,
  messages: [{ ...user, content: [{ type: 'text', text: QUESTION }, ...parts] }],
});

const part = ({ url, type, name }: SentFile) => {
  const [, value = ''] = /^data:[^,]*;base64,(.*)$/s.exec(url) ?? [];
  const source = url.includes(';base64,') ? { type: 'data', value, mimeType: type } : { type: 'url', value: url };
  return { type: type.startsWith('image/') ? 'image' : 'document', source, metadata: { filename: name } };
};

const NO_FILES: Wrong[] = [
  { type: 'image' },
  { type: 'image', source: { type: 'data' } },
  { type: 'document', source: { type: 'file', value: 'file-1' } },
  { type: 'binary', mimeType: 'image/png' },
  { type: 'binary', mimeType: 'image/png', id: 'file-1' },
  { type: 'binary', mimeType: 'image/png', url: 'https://127.0.0.1/x.png' },
].map((one) => ({
  what: JSON.stringify(one),
  json: asking(one),
  status: 400,
  code: 'attachment_invalid',
  says: 'messages[0].content[1]',
}));

const NO_PARTS: Wrong[] = [{ type: 'video', source: { type: 'data', value: '' } }, { type: 7 }, null, 'x'].map(
  (one) => ({
    what: JSON.stringify(one),
    json: asking(one as object),
    status: 400,
    code: 'message_invalid',
    says: 'messages[0].content[1]',
  }),
);

test('each wrong request is refused as RUN_ERROR, with our code and the field, and nothing is asked', async () => {
  const files = wrongFiles(
    (sent) => asking(...sent.map(part)),
    (file) => `messages[0].content[${file + 1}]`,
  );
  const all = [...WRONG, ...WRONG_BODIES, ...NO_FILES, ...NO_PARTS, ...files];
  await expectRefused(await runServer(), '/ag-ui', all, ({ code, says = '' }) => ({
    type: 'RUN_ERROR',
    code,
    message: expect.stringContaining(says),
  }));
});

test('a second run beside one that is not over is refused, and the same run again gets its turn', async () => {
  const server = await runServer();
  const { user, bearer } = await aPerson(server);
  const started = call(server, 'POST', '/ag-ui', { headers: bearer, json: run });
  await expect.poll(async () => (await server.turns.history({ userId: user.id, limit: 1 })).turns.length).toBe(1);
  const { turns } = await server.turns.history({ userId: user.id, limit: 1 });
  const turnId = turns[0]?.turnId ?? '';
  const second = await call(server, 'POST', '/ag-ui', { headers: bearer, json: { ...run, runId: 'r2' } });
  expect(second).toMatchObject({ status: 409, json: { type: 'RUN_ERROR', code: 'conflict' } });
  await server.agent.answer(turnId, 'These.');
  expect((await started).text).toContain('"delta":"These."');
  const again = await call(server, 'POST', '/ag-ui', { headers: bearer, json: run });
  expect(again.text).toContain('"delta":"These."');
});

test('an interrupt of another thread, or of another user, can’t be resumed', async () => {
  const server = await runServer();
  const owner = await aPerson(server, { subject: 'owner', role: 'owner' });
  const ben = await aPerson(server, { subject: 'ben' });
  const asked = call(server, 'POST', '/ag-ui', { headers: owner.bearer, json: run });
  await expect.poll(async () => (await server.turns.history({ userId: owner.user.id, limit: 1 })).turns.length).toBe(1);
  const turnId = (await server.turns.history({ userId: owner.user.id, limit: 1 })).turns[0]?.turnId ?? '';
  const approval = { id: 'a1', title: 'Allow?', options: [{ id: 'allow', label: 'Yes' }] };
  await server.agent.happen(turnId, [{ type: 'running' }, { type: 'approval', approval }]);
  expect((await asked).text).toContain('"type":"interrupt"');
  const resume = [{ interruptId: `${turnId}:a1`, status: 'resolved', payload: { option: 'allow' } }];
  for (const [headers, threadId] of [
    [owner.bearer, 'another'],
    [ben.bearer, 't'],
  ] as const) {
    const answer = await call(server, 'POST', '/ag-ui', { headers, json: { ...run, threadId, runId: 'r2', resume } });
    expect([threadId, answer.status, answer.json.code]).toEqual([threadId, 404, 'not_found']);
  }
  const headers = owner.bearer;
  for (const payload of [{ option: 7 }, 'yes', undefined]) {
    const wrong = [{ interruptId: `${turnId}:a1`, status: 'resolved', payload }];
    const answer = await call(server, 'POST', '/ag-ui', { headers, json: { ...run, runId: 'r2', resume: wrong } });
    expect([answer.status, answer.json.code]).toEqual([400, 'bad_request']);
  }
  expect(server.agent.decided).toEqual([]);
});
