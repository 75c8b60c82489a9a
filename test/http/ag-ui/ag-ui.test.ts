/** AG-UI's own client against a gateway with the demo agent. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BaseEvent, EventType, HttpAgent, type Message, type RunFinishedEvent } from '@ag-ui/client';
import { expect, test } from 'vitest';
import { files } from '../../support/files.ts';
import { until } from '../../support/until.ts';
import { useGateway } from '../../support/use-gateway.ts';
import { dataUrl } from '../wrong-requests.ts';

const gateway = useGateway();

/** `events` are all that came, of every run. */
async function agentOf(subject = 'owner', threadId: string = randomUUID()) {
  const { token } = await gateway().as(subject);
  const agent = new HttpAgent({
    url: `${gateway().url}/ag-ui`,
    headers: { authorization: `Bearer ${token}` },
    threadId,
  });
  const events: BaseEvent[] = [];
  agent.subscribe({ onEvent: ({ event }) => void events.push(event) });
  return { agent, events };
}

function user(content: string): Message {
  return { id: randomUUID(), role: 'user', content };
}

function textOf(messages: readonly Message[]): string {
  return messages.flatMap(({ role, content }) => (role === 'assistant' && content ? [content] : [])).join('|');
}

function lastOutcome(events: BaseEvent[]) {
  const last = events.at(-1) as RunFinishedEvent;
  expect(last.type).toBe(EventType.RUN_FINISHED);
  return last.outcome;
}

async function release(subject: string, name: string) {
  const { session } = await (await gateway().as(subject)).me();
  await writeFile(join(gateway().agentDirectory(session.name), `release-${name}`), '');
}

test('a run answers, its text only appends, and a thread is one conversation', async () => {
  const { agent, events } = await agentOf('run');
  agent.addMessage(user('demo at once'));
  const { newMessages } = await agent.runAgent();
  expect(textOf(newMessages)).toBe('At once.');
  expect(events.map(({ type }) => type)).toEqual([
    'RUN_STARTED',
    'CUSTOM',
    'TEXT_MESSAGE_START',
    'TEXT_MESSAGE_CONTENT',
    'TEXT_MESSAGE_END',
    'RUN_FINISHED',
  ]);
  expect(lastOutcome(events)).toEqual({ type: 'success' });
  expect((events.at(-1) as RunFinishedEvent).usage?.[0]?.outputTokens).toBeGreaterThan(0);
  agent.addMessage(user('demo table'));
  await agent.runAgent();
  const { turns } = await (await gateway().as('run')).history();
  expect(turns).toHaveLength(2);
  expect(turns[0]?.sessionId).toBe(turns[1]?.sessionId);
});

test('steps are calls of tools with their results, and chips come as CUSTOM', async () => {
  const { agent, events } = await agentOf('tools');
  agent.addMessage(user('demo tools 2'));
  await agent.runAgent();
  expect(events.filter(({ type }) => type === EventType.TOOL_CALL_START)).toHaveLength(2);
  expect(events.filter(({ type }) => type === EventType.TOOL_CALL_RESULT)).toMatchObject([
    { content: 'done' },
    { content: 'done' },
  ]);
  agent.addMessage(user('demo chips'));
  await agent.runAgent();
  const chips = events.find((event) => event.type === EventType.CUSTOM && event.name === 'paliadin.chips');
  expect(chips?.value).toContainEqual({ kind: 'app', path: '/cases/42', label: expect.any(String) });
});

test('images and documents of a message reach the agent, and a file elsewhere is refused', async () => {
  const { agent, events } = await agentOf('files');
  const content = (url: string): Message => ({
    id: randomUUID(),
    role: 'user',
    content: [
      { type: 'text', text: 'What are these?' },
      { type: 'image', source: { type: 'data', value: files['image/png'].toString('base64'), mimeType: 'image/png' } },
      { type: 'document', source: { type: 'url', value: url }, metadata: { filename: 'größe.txt' } },
    ],
  });
  agent.addMessage(content(dataUrl('text/plain', files['text/plain'])));
  const text = textOf((await agent.runAgent()).newMessages);
  expect(text).toContain('I got 2 files');
  expect(text).toContain('**größe.txt** (`2.txt`): text/plain');
  agent.addMessage(content('https://example.org/x.txt'));
  await expect(agent.runAgent()).rejects.toThrow(/attachment_invalid|is not fetched/);
  expect(events.at(-1)?.type).not.toBe(EventType.RUN_STARTED);
  expect((await (await gateway().as('files')).history()).turns).toHaveLength(1);
});

test('an approval interrupts the run, and the next run resumes the turn that waited', async () => {
  const { agent, events } = await agentOf();
  agent.addMessage(user('demo approve delete file x'));
  await agent.runAgent();
  const outcome = lastOutcome(events);
  if (outcome?.type !== 'interrupt') throw new TypeError(JSON.stringify(outcome));
  const [interrupt] = outcome.interrupts;
  expect(interrupt).toMatchObject({
    reason: 'tool_call',
    message: 'Allow: delete file x?',
    responseSchema: { properties: { option: { enum: ['allow', 'deny'] } } },
    expiresAt: expect.stringMatching(/^\d{4}-/),
  });
  expect(events).toContainEqual(
    expect.objectContaining({
      type: EventType.TOOL_CALL_START,
      toolCallId: interrupt?.toolCallId,
      toolCallName: 'Bash',
    }),
  );
  const { newMessages } = await agent.runAgent({
    resume: [{ interruptId: interrupt?.id ?? '', status: 'resolved', payload: { option: 'allow' } }],
  });
  expect(textOf(newMessages)).toBe('You allowed it, so I did: delete file x');
  expect(lastOutcome(events)).toEqual({ type: 'success' });
});

test('a cancelled interrupt denies, and the agent hears why where a message says so', async () => {
  for (const [resume, answer] of [
    [{ status: 'cancelled' }, 'You denied it'],
    [{ status: 'resolved', payload: { option: 'deny', message: 'Bosch needs it.' } }, 'Bosch needs it.'],
    [{ status: 'resolved', payload: { approved: true } }, 'You allowed it'],
  ] as const) {
    const { agent, events } = await agentOf();
    agent.addMessage(user('demo approve delete file x'));
    await agent.runAgent();
    const outcome = lastOutcome(events);
    const interruptId = outcome?.type === 'interrupt' ? (outcome.interrupts[0]?.id ?? '') : '';
    const { newMessages } = await agent.runAgent({ resume: [{ interruptId, ...resume }] });
    expect(textOf(newMessages)).toContain(answer);
  }
});

test('a run that broke off is taken up by a run of the same id, from its beginning', async () => {
  const { agent } = await agentOf('broken');
  const runId = randomUUID();
  const question = user('demo hold middle');
  agent.addMessage(question);
  const broken = agent.runAgent({ runId }).catch(() => null);
  const me = await gateway().as('broken');
  await until('half an answer', async () => (await me.history()).turns[0]?.response === 'This is the first half.');
  agent.abortRun();
  await broken;
  const { agent: again, events } = await agentOf('broken', agent.threadId);
  again.addMessage(question);
  const taken = again.runAgent({ runId });
  await until('the first half again', async () => events.some(({ type }) => type === EventType.TEXT_MESSAGE_CONTENT));
  await release('broken', 'middle');
  expect(textOf((await taken).newMessages)).toBe('This is the first half. This is the second half.');
  expect((await me.history()).turns).toHaveLength(1);
});

test('a turn that is stopped ends its run as cancelled, one that fails as an error with our code', async () => {
  const { agent, events } = await agentOf('stops');
  agent.addMessage(user('demo hold never'));
  const running = agent.runAgent();
  const turn = await until('the turn', async () => events.find(({ type }) => type === EventType.CUSTOM));
  const { turnId } = turn.value as { turnId: string };
  await (await gateway().as('stops')).cancel(turnId);
  await running;
  expect(lastOutcome(events)).toEqual({ type: 'cancelled' });
  agent.addMessage(user('demo limit'));
  await agent.runAgent().catch(() => null);
  expect(events.at(-1)).toMatchObject({ type: EventType.RUN_ERROR, code: 'agent_limit' });
});
