/** The AI SDK's own `Chat` (what `useChat` is made of) against a gateway with the demo agent. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AbstractChat,
  type ChatInit,
  DefaultChatTransport,
  lastAssistantMessageIsCompleteWithApprovalResponses,
  type UIMessage,
} from 'ai';
import { expect, test } from 'vitest';
import { files } from '../../support/files.ts';
import { until } from '../../support/until.ts';
import { useGateway } from '../../support/use-gateway.ts';
import { dataUrl } from '../wrong-requests.ts';

const gateway = useGateway();

// Without its types: they bring those of the DOM, which would be there for every other file too.
const REACT: string = '@ai-sdk/react';
const { Chat }: { Chat: new (init: ChatInit<UIMessage>) => AbstractChat<UIMessage> } = await import(REACT);

async function chatOf(subject = 'owner', { id = randomUUID() as string, messages = [] as UIMessage[] } = {}) {
  const { token } = await gateway().as(subject);
  return new Chat({
    id,
    messages,
    transport: new DefaultChatTransport({
      api: `${gateway().url}/api/chat`,
      headers: { authorization: `Bearer ${token}` },
    }),
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
  });
}

function textOf({ messages }: { messages: UIMessage[] }): string {
  return (messages.at(-1)?.parts ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('');
}

async function release(subject: string, name: string) {
  const { session } = await (await gateway().as(subject)).me();
  await writeFile(join(gateway().agentDirectory(session.name), `release-${name}`), '');
}

test('a message is answered while it is written, and a chat is one conversation', async () => {
  const chat = await chatOf('message');
  const sent = chat.sendMessage({ text: 'demo hold half' });
  await until('the first half', () => textOf(chat) === 'This is the first half.');
  expect(chat.status).toBe('streaming');
  await release('message', 'half');
  await sent;
  expect(textOf(chat)).toBe('This is the first half. This is the second half.');
  expect(chat.lastMessage?.metadata).toMatchObject({ usage: { outputTokens: expect.any(Number) } });
  await chat.sendMessage({ text: 'demo at once' });
  const { turns } = await (await gateway().as('message')).history();
  expect(new Set(turns.map(({ sessionId }) => sessionId)).size).toBe(1);
  expect(chat.error).toBeUndefined();
});

test('a page that is reloaded in the middle of an answer gets all of it, and 204 once nothing runs', async () => {
  const chat = await chatOf('reload');
  void chat.sendMessage({ text: 'demo hold reload' });
  await until('the first half', () => textOf(chat) === 'This is the first half.');
  const [question] = chat.messages;
  await chat.stop();
  const again = await chatOf('reload', { id: chat.id, messages: question === undefined ? [] : [question] });
  const resumed = again.resumeStream();
  await until('the first half again', () => textOf(again) === 'This is the first half.');
  await release('reload', 'reload');
  await resumed;
  expect(textOf(again)).toBe('This is the first half. This is the second half.');
  expect(again.messages).toHaveLength(2);
  const me = await gateway().as('reload');
  expect((await me.call('GET', `/api/chat/${chat.id}/stream`)).status).toBe(204);
  expect((await me.call('GET', '/api/chat/of-nobody/stream')).status).toBe(204);
});

test.each([
  [true, 'You allowed it, so I did: delete file x', 'output-available'],
  [false, 'You denied it, so I did not: delete file x', 'output-denied'],
])(
  'an approval is decided in the chat, and the answer goes on in the same message (%s)',
  async (approved, answer, state) => {
    const chat = await chatOf();
    await chat.sendMessage({ text: 'demo approve delete file x' });
    const tool = chat.lastMessage?.parts.find((part) => part.type === 'dynamic-tool');
    expect(tool).toMatchObject({ toolName: 'Bash', title: 'Allow: delete file x?', state: 'approval-requested' });
    if (tool?.state !== 'approval-requested') throw new TypeError('not asked');
    await chat.addToolApprovalResponse({ id: tool.approval.id, approved });
    await until('the answer', () => textOf(chat).includes(answer));
    await until('the end', () => chat.status === 'ready');
    expect(chat.messages).toHaveLength(2);
    expect(chat.lastMessage?.parts.find((part) => part.type === 'dynamic-tool')).toMatchObject({ state });
    expect(chat.error).toBeUndefined();
  },
);

test('an approval that waits is there again after a reload', async () => {
  const chat = await chatOf();
  await chat.sendMessage({ text: 'demo approve delete file y' });
  const again = await chatOf('owner', { id: chat.id, messages: chat.messages.slice(0, 1) });
  await again.resumeStream();
  const tool = again.lastMessage?.parts.find((part) => part.type === 'dynamic-tool');
  if (tool?.state !== 'approval-requested') throw new TypeError('not asked');
  await again.addToolApprovalResponse({ id: tool.approval.id, approved: true });
  await until('the answer', () => textOf(again).includes('You allowed it'));
});

test('steps are tools with their output, chips are data, errors are errors', async () => {
  const chat = await chatOf('parts');
  await chat.sendMessage({ text: 'demo tools 2' });
  const tools = chat.lastMessage?.parts.filter((part) => part.type === 'dynamic-tool');
  expect(tools?.map(({ state }) => state)).toEqual(['output-available', 'output-available']);
  await chat.sendMessage({ text: 'demo chips' });
  expect(chat.lastMessage?.parts).toContainEqual(expect.objectContaining({ type: 'data-chips' }));
  await chat.sendMessage({ text: 'demo limit' });
  expect(chat.status).toBe('error');
  expect(chat.error?.message).toContain('allowance');
});

test('files of a message reach the agent, and one that is refused is the chat’s error', async () => {
  const chat = await chatOf('files');
  const file = (type: keyof typeof files, filename: string, url = dataUrl(type, files[type])) =>
    ({ type: 'file', mediaType: type, filename, url }) as const;
  await chat.sendMessage({
    text: 'What are these?',
    files: [file('image/webp', 'a.webp'), file('application/pdf', 'größe.pdf')],
  });
  expect(textOf(chat)).toContain('I got 2 files');
  expect(textOf(chat)).toContain('**größe.pdf** (`2.pdf`): application/pdf');
  await chat.sendMessage({ text: 'And this?', files: [file('image/png', 'x.png', 'https://example.org/x.png')] });
  expect(chat.status).toBe('error');
  expect(chat.error?.message).toContain('messages[2].parts[0]: a file at an address (https:) is not fetched');
  expect((await (await gateway().as('files')).history()).turns).toHaveLength(1);
});

test('another answer to the same question is another turn', async () => {
  const chat = await chatOf('regenerates');
  await chat.sendMessage({ text: 'demo at once' });
  await chat.regenerate();
  expect(chat.messages).toHaveLength(2);
  expect((await (await gateway().as('regenerates')).history()).turns).toHaveLength(2);
});

test('a turn that is stopped through our own API ends the stream', async () => {
  const chat = await chatOf('stopped');
  const sent = chat.sendMessage({ text: 'demo hold never' });
  const turnId = await until('the turn', () => (chat.lastMessage?.metadata as { turnId?: string } | undefined)?.turnId);
  await (await gateway().as('stopped')).cancel(turnId);
  await sent;
  expect(chat.status).toBe('ready');
});
