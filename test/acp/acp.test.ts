/** `paliadin acp` for a signed-in person, as an editor starts it. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../store/temporary-store.ts';
import { files } from '../support/files.ts';
import { until } from '../support/until.ts';
import { unusedFiles } from '../support/unused-files.ts';
import { useGateway } from '../support/use-gateway.ts';
import { acpClient, type Outcome } from './acp-client.ts';

const gateway = useGateway({ env: { PALIADIN_ATTACHMENT_BYTES: '100000' } });
const TEXT = { type: 'text', text: 'What are these?' } as const;
const IMAGE = { type: 'image', data: files['image/png'].toString('base64'), mimeType: 'image/png' } as const;
const PDF = files['application/pdf'];

async function editor(subject = 'owner', decide?: () => Outcome | Promise<Outcome>) {
  const { token } = await gateway().as(subject);
  const env = { PALIADIN_URL: gateway().url, PALIADIN_TOKEN: token };
  const acp = acpClient({ env, ...(decide !== undefined && { decide }) });
  await acp.hello();
  return acp;
}

async function release(sessionId: string, name: string) {
  await writeFile(join(gateway().agentDirectory(sessionId), `release-${name}`), '');
}

test('an editor begins a conversation, asks, and gets the answer while it is written', async () => {
  const acp = await editor('asks');
  const sessionId = await acp.create();
  const answered = acp.prompt(sessionId, 'demo hold here');
  await until('the first half', () => acp.text() === 'This is the first half.');
  await release(sessionId, 'here');
  expect(await answered).toEqual({ stopReason: 'end_turn' });
  expect(acp.text()).toBe('This is the first half. This is the second half.');
  expect(acp.asked()).toBe('');
  const me = await gateway().as('asks');
  expect((await me.history()).turns).toMatchObject([{ sessionId, status: 'completed' }]);
});

test('a token from a file works, and is never an argument', async () => {
  const { token } = await gateway().as('file');
  const file = join(await temporaryDirectory(), 'token');
  await writeFile(file, `${token}\n`);
  const acp = acpClient({ env: { PALIADIN_URL: gateway().url }, args: ['--token-file', file] });
  expect(await acp.hello()).toMatchObject({ protocolVersion: 1, agentCapabilities: { loadSession: true } });
  expect(await acp.prompt(await acp.create(), 'demo at once')).toEqual({ stopReason: 'end_turn' });
});

test('conversations are listed with their titles, and loading one replays what was said', async () => {
  const me = await gateway().as('loads');
  const { sessionId } = await me.answer('demo at once');
  await me.answer('demo echo', { sessionId });
  const acp = await editor('loads');
  const { sessions } = await acp.agent.request('session/list', {});
  expect(sessions).toMatchObject([{ sessionId, title: 'demo at once', cwd: '/' }]);
  await acp.load(sessionId);
  expect(acp.updates.map(({ update }) => update.sessionUpdate)).toEqual([
    'user_message_chunk',
    'agent_message_chunk',
    'user_message_chunk',
    'agent_message_chunk',
  ]);
  expect(acp.asked()).toBe('demo at oncedemo echo');
  await acp.prompt(sessionId, 'demo at once');
  expect(acp.text()).toMatch(/At once\.$/);
});

test('an answer that is being written is loaded with what there is of it, and goes on', async () => {
  const me = await gateway().as('midway');
  const { sessionId } = await me.answer('demo at once');
  const acp = await editor('midway');
  await acp.create(); // from now on it follows what happens
  const turn = await me.ask('demo hold midway', { sessionId });
  await until('the first half', async () => (await me.turn(turn.turnId)).response !== '');
  await acp.load(turn.sessionId);
  expect(acp.text()).toBe('At once.This is the first half.');
  await release(turn.sessionId, 'midway');
  await until('the rest', () => acp.text() === 'At once.This is the first half. This is the second half.');
});

test.each([
  ['allow', 'You allowed it, so I did: delete file x', 'allow_once'],
  ['deny', 'You denied it, so I did not: delete file x', 'reject_once'],
])('the editor is asked for permission, and its answer decides (%s)', async (optionId, answer, kind) => {
  const acp = await editor('owner', () => ({ outcome: 'selected', optionId }));
  const sessionId = await acp.create();
  await acp.prompt(sessionId, 'demo approve delete file x');
  expect(acp.permissions[0]).toMatchObject({ sessionId, toolCall: { title: 'Allow: delete file x?' } });
  expect(acp.permissions[0]?.options.find((option) => option.optionId === optionId)).toMatchObject({ kind });
  expect(acp.text()).toBe(answer);
});

test('two clients at one conversation see the same, and the first decision counts', async () => {
  const hesitant = Promise.withResolvers<Outcome>();
  const one = await editor('owner', () => hesitant.promise);
  const other = await editor('owner', () => ({ outcome: 'selected', optionId: 'allow' }));
  const sessionId = await one.create();
  await other.load(sessionId);
  expect(await one.prompt(sessionId, 'demo approve delete file y')).toEqual({ stopReason: 'end_turn' });
  expect(one.text()).toBe('You allowed it, so I did: delete file y');
  await until('the same there', () => other.text() === one.text());
  expect(other.asked()).toBe('demo approve delete file y');
  hesitant.resolve({ outcome: 'selected', optionId: 'deny' });
  expect(await other.prompt(sessionId, 'demo at once')).toEqual({ stopReason: 'end_turn' });
});

test('cancelling stops the turn', async () => {
  const acp = await editor('cancels');
  const sessionId = await acp.create();
  const answered = acp.prompt(sessionId, 'demo hold never');
  await until('the first half', () => acp.text() !== '');
  await acp.agent.notify('session/cancel', { sessionId });
  expect(await answered).toEqual({ stopReason: 'cancelled' });
});

test('steps are calls of tools', async () => {
  const acp = await editor('tools');
  await acp.prompt(await acp.create(), 'demo tools 1');
  const calls = acp.updates.flatMap(({ update }) =>
    update.sessionUpdate === 'tool_call' || update.sessionUpdate === 'tool_call_update'
      ? [`${update.sessionUpdate} ${update.status}`]
      : [],
  );
  expect(calls).toEqual(['tool_call in_progress', 'tool_call_update completed']);
});

test.each([
  ['a conversation that is not there', 'session/load', { sessionId: 'nowhere', cwd: '/', mcpServers: [] }, 'not_found'],
  [
    'a session that was not created here',
    'session/prompt',
    { sessionId: 'nowhere', prompt: [{ type: 'text', text: 'x' }] },
    'bad_request',
  ],
])('%s is an error of ACP with our code', async (_what, method, params, code) => {
  const acp = await editor('wrong');
  await expect(acp.agent.request(method, params)).rejects.toMatchObject({ code: -32000, data: { code } });
});

test('what a prompt may hold wrong is refused, and nothing is asked', async () => {
  const acp = await editor('content');
  const sessionId = await acp.create();
  for (const [prompt, code] of [
    [[], 'message_invalid'],
    [[{ type: 'text', text: '  ' }], 'message_invalid'],
    [[{ type: 'audio', data: 'AA==', mimeType: 'audio/wav' }], 'bad_request'],
    [[TEXT, { type: 'image', data: '***', mimeType: 'image/png' }], 'attachment_invalid'],
    [[TEXT, { type: 'image', data: 'AA==', mimeType: 'image/png' }], 'attachment_invalid'],
    [[TEXT, ...Array.from({ length: 6 }, () => IMAGE)], 'attachment_too_large'],
    [[TEXT, { ...IMAGE, data: Buffer.alloc(100_001, 'a').toString('base64') }], 'attachment_too_large'],
    [[{ type: 'text', text: 'x'.repeat(200_000) }], 'message_too_large'],
  ] as const) {
    const asked = acp.agent.request('session/prompt', { sessionId, prompt: [...prompt] });
    await expect(asked).rejects.toMatchObject({ data: { code } });
  }
  expect((await (await gateway().as('content')).history()).turns).toEqual([]);
});

test('an image may be the whole prompt', async () => {
  const acp = await editor('image-alone');
  await acp.agent.request('session/prompt', { sessionId: await acp.create(), prompt: [IMAGE] });
  expect(acp.text()).toContain('**image.png** (`1.png`): image/png');
});

test('images and embedded files reach the agent, and what is refused leaves none behind', async () => {
  const acp = await editor('files');
  const sessionId = await acp.create();
  const notes = 'First line\n'.repeat(2000);
  const prompt = [
    TEXT,
    IMAGE,
    { type: 'resource', resource: { uri: 'file:///home/anna/gr%C3%B6%C3%9Fe.pdf', blob: PDF.toString('base64') } },
    { type: 'resource', resource: { uri: 'file:///home/anna/notes.txt', text: notes } },
  ] as const;
  await acp.agent.request('session/prompt', { sessionId, prompt: [...prompt] });
  expect(acp.text()).toContain('I got 3 files');
  expect(acp.text()).toContain('**image.png** (`1.png`): image/png');
  expect(acp.text()).toContain('**größe.pdf** (`2.pdf`): application/pdf');
  expect(acp.text()).toContain('**notes.txt** (`3.txt`): text/plain, 22000 bytes. It begins: “First line”');
  const wrong = { ...IMAGE, data: Buffer.from([0, 1]).toString('base64') };
  await expect(acp.agent.request('session/prompt', { sessionId, prompt: [TEXT, IMAGE, wrong] })).rejects.toThrow();
  const { turns } = await (await gateway().as('files')).history();
  expect(turns.map(({ attachments }) => attachments.length)).toEqual([3]);
  expect(unusedFiles(join(gateway().stateDir, 'paliadin.db'))).toBe(0);
});

test('a turn that fails is an error of the prompt, with our code', async () => {
  const acp = await editor('fails');
  const asked = acp.prompt(await acp.create(), 'demo limit');
  await expect(asked).rejects.toMatchObject({ data: { code: 'agent_limit' } });
});

test('without a token, or with a wrong one, it says so', async () => {
  const none = acpClient({ env: { PALIADIN_URL: gateway().url } });
  expect((await once(none.child, 'exit'))[0]).toBe(1);
  expect(none.stderr()).toContain('PALIADIN_TOKEN');
  const wrong = acpClient({ env: { PALIADIN_URL: gateway().url, PALIADIN_TOKEN: `pal_${'A'.repeat(43)}` } });
  await wrong.hello();
  await expect(wrong.create()).rejects.toMatchObject({ data: { code: 'unauthenticated' } });
});

test('it ends when the editor closes its input', async () => {
  const acp = await editor('closes');
  acp.child.stdin?.end();
  expect((await once(acp.child, 'exit'))[0]).toBe(0);
});
