/** OpenAI's own client against a gateway with the demo agent. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import OpenAI, { APIError } from 'openai';
import { expect, test } from 'vitest';
import { files, png } from '../../support/files.ts';
import { until } from '../../support/until.ts';
import { unusedFiles } from '../../support/unused-files.ts';
import { useGateway } from '../../support/use-gateway.ts';
import { dataUrl } from '../wrong-requests.ts';

const gateway = useGateway();

async function client(subject = 'owner') {
  const { token } = await gateway().as(subject);
  return new OpenAI({ baseURL: `${gateway().url}/v1`, apiKey: token, maxRetries: 0 });
}

/** Lets the demo agent go on after `demo hold NAME`. */
async function release(subject: string, name: string) {
  const { session } = await (await gateway().as(subject)).me();
  await writeFile(join(gateway().agentDirectory(session.name), `release-${name}`), '');
}

test('the one model is listed and found', async () => {
  const openai = await client();
  const { data } = await openai.models.list();
  expect(data.map(({ id }) => id)).toEqual(['paliadin']);
  expect(await openai.models.retrieve('paliadin')).toMatchObject({ id: 'paliadin', object: 'model' });
});

test('a chat completion answers, with what it cost', async () => {
  const openai = await client();
  const completion = await openai.chat.completions.create({
    model: 'paliadin',
    messages: [{ role: 'user', content: 'demo at once' }],
  });
  expect(completion).toMatchObject({ object: 'chat.completion', model: 'paliadin' });
  expect(completion.id).toMatch(/^chatcmpl-[0-9a-f]{32}$/);
  expect(completion.choices).toMatchObject([
    { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'At once.' } },
  ]);
  expect(completion.usage?.completion_tokens).toBeGreaterThan(0);
});

test('a streamed chat completion appends the answer while it is written, and ends with its usage', async () => {
  const openai = await client('stream');
  const stream = await openai.chat.completions.create({
    model: 'paliadin',
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: 'user', content: 'demo hold here' }],
  });
  let text = '';
  const usages = [];
  for await (const { choices, usage } of stream) {
    const before = text;
    text += choices[0]?.delta.content ?? '';
    if (before === '' && text === 'This is the first half.') await release('stream', 'here');
    usages.push(usage ?? null);
  }
  expect(text).toBe('This is the first half. This is the second half.');
  expect(usages.at(-1)).toMatchObject({ completion_tokens: expect.any(Number) });
  expect(usages.slice(0, -1).every((usage) => usage === null)).toBe(true);
});

test('the transcript that a client sends back continues its conversation, which gets the new question alone', async () => {
  const openai = await client('continues');
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'demo at once' },
  ];
  const first = await openai.chat.completions.create({ model: 'paliadin', messages });
  messages.push({ role: 'assistant', content: first.choices[0]?.message.content ?? '' });
  // Some programs put the time of day there.
  messages[0] = { role: 'system', content: 'Be brief. It is noon.' };
  messages.push({ role: 'user', content: 'demo echo' });
  await openai.chat.completions.create({ model: 'paliadin', messages });
  const { turns } = await (await gateway().as('continues')).history();
  expect(turns).toHaveLength(2);
  expect(turns[0]?.sessionId).toBe(turns[1]?.sessionId);
});

test('after a restart the conversation is found in the history', async () => {
  const openai = await client('restart');
  const question = { role: 'user', content: 'demo at once' } as const;
  const first = await openai.chat.completions.create({ model: 'paliadin', messages: [question] });
  await gateway().end('SIGTERM');
  await gateway().start();
  await until('the host to be ready', async () => (await fetch(`${gateway().url}/readyz`)).ok);
  const answer = { role: 'assistant', content: first.choices[0]?.message.content ?? '' } as const;
  await openai.chat.completions.create({ model: 'paliadin', messages: [question, answer, question] });
  const { turns } = await (await gateway().as('restart')).history();
  expect(new Set(turns.map(({ sessionId }) => sessionId)).size).toBe(1);
});

test('a transcript that is not known begins a new conversation, which is told what was said, and by whom', async () => {
  const openai = await client('unknown');
  await openai.chat.completions.create({
    model: 'paliadin',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'What is 1 + 1?' },
      { role: 'assistant', content: 'Three.' },
      { role: 'user', content: 'demo at once' },
    ],
  });
  const me = await gateway().as('unknown');
  const { session } = await me.me();
  const [prompt] = await gateway().prompts(session.name);
  expect(prompt?.message).toContain('demo at once\n\nFrom the page, not from the person:\n');
  expect(prompt?.message).toContain('> What the program that asks tells the agent:\n> Be brief.');
  expect(prompt?.message).toContain(
    '> Said earlier, as the program that asks has it; the agent has no record of it:\n> User: What is 1 + 1?\n> \n> Assistant: Three.',
  );
});

test('an answer asked for again is asked in a new conversation, not behind the first', async () => {
  const openai = await client('again');
  const ask = (messages: OpenAI.ChatCompletionMessageParam[]) =>
    openai.chat.completions.create({ model: 'paliadin', messages });
  const question = { role: 'user', content: 'demo at once' } as const;
  const answer = { role: 'assistant', content: (await ask([question])).choices[0]?.message.content ?? '' } as const;
  await ask([question, answer, { role: 'user', content: 'demo table' }]);
  await ask([question, answer, { role: 'user', content: 'demo table' }]);
  const { turns } = await (await gateway().as('again')).history();
  expect(turns).toHaveLength(3);
  expect(new Set(turns.map(({ sessionId }) => sessionId)).size).toBe(2);
});

test('closing the stream of a chat completion stops the turn', async () => {
  const openai = await client('closes');
  const stream = await openai.chat.completions.create({
    model: 'paliadin',
    stream: true,
    messages: [{ role: 'user', content: 'demo hold never' }],
  });
  for await (const { choices } of stream) if (choices[0]?.delta.content) break;
  const me = await gateway().as('closes');
  await until('the turn to be stopped', async () => (await me.history()).turns[0]?.status === 'cancelled');
});

test('giving up a chat completion that is not streamed stops the turn', async () => {
  const openai = await client('gives-up');
  const me = await gateway().as('gives-up');
  const abort = new AbortController();
  const body = { model: 'paliadin', messages: [{ role: 'user', content: 'demo hold never' }] } as const;
  const asked = openai.chat.completions.create({ ...body, messages: [...body.messages] }, { signal: abort.signal });
  const refused = expect(asked).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
  await until('the turn to run', async () => (await me.history()).turns[0]?.status === 'running');
  abort.abort();
  await refused;
  await until('the turn to be stopped', async () => (await me.history()).turns[0]?.status === 'cancelled');
});

test('a chat completion that waits for an approval says where to decide, and goes on with the decision', async () => {
  const openai = await client();
  const me = await gateway().as('owner');
  const stream = await openai.chat.completions.create({
    model: 'paliadin',
    stream: true,
    messages: [{ role: 'user', content: 'demo approve delete file x' }],
  });
  let text = '';
  for await (const { choices } of stream) {
    text += choices[0]?.delta.content ?? '';
    if (!text.includes('Decide at') || text.includes('allowed')) continue;
    const { turns } = await me.history();
    const { turnId = '', approvals } = turns[0] ?? {};
    if (approvals?.[0] === undefined) continue;
    await me.call('POST', `/api/turns/${turnId}/approvals/${approvals[0].id}`, { body: { option: 'allow' } });
  }
  expect(text).toContain(`Decide at ${gateway().url}/`);
  expect(text).toContain('You allowed it, so I did: delete file x');
});

test('a turn that fails is an error of OpenAI’s, with our code, and is not asked again', async () => {
  const { token } = await gateway().as('fails');
  const openai = new OpenAI({ baseURL: `${gateway().url}/v1`, apiKey: token, maxRetries: 2 });
  const asked = openai.chat.completions.create({
    model: 'paliadin',
    messages: [{ role: 'user', content: 'demo limit' }],
  });
  await expect(asked).rejects.toMatchObject({ status: 503, code: 'agent_limit', type: 'server_error' });
  const stream = await openai.chat.completions.create({
    model: 'paliadin',
    stream: true,
    messages: [{ role: 'user', content: 'demo error' }],
  });
  await expect(Array.fromAsync(stream)).rejects.toBeInstanceOf(APIError);
  const { turns } = await (await gateway().as('fails')).history();
  expect(turns.map(({ error }) => error?.code)).toEqual(['agent_error', 'agent_limit']);
});

test('images and files of a chat completion reach the agent, and only those of the question', async () => {
  const openai = await client('chat-files');
  const question = (...parts: OpenAI.ChatCompletionContentPart[]): OpenAI.ChatCompletionMessageParam[] => [
    { role: 'user', content: [{ type: 'text', text: 'What are these?' }, ...parts] },
  ];
  const image = { type: 'image_url', image_url: { url: dataUrl('image/png', files['image/png']) } } as const;
  const messages = question(image, {
    type: 'file',
    file: { filename: '../größe.pdf', file_data: dataUrl('application/pdf', files['application/pdf']) },
  });
  const first = await openai.chat.completions.create({ model: 'paliadin', messages });
  const answer = first.choices[0]?.message.content ?? '';
  expect(answer).toContain('I got 2 files');
  expect(answer).toContain('(`1.png`): image/png');
  expect(answer).toContain('**größe.pdf** (`2.pdf`): application/pdf');
  // The client sends the files again with each question.
  messages.push({ role: 'assistant', content: answer }, { role: 'user', content: 'demo at once' });
  await openai.chat.completions.create({ model: 'paliadin', messages });
  const { turns } = await (await gateway().as('chat-files')).history();
  expect(turns.map(({ attachments }) => attachments.length)).toEqual([0, 2]);
  expect(turns[0]?.sessionId).toBe(turns[1]?.sessionId);
});

test('an image may be the whole question, and what follows continues its conversation', async () => {
  const openai = await client('image-alone');
  const image = { type: 'image_url', image_url: { url: dataUrl('image/png', files['image/png']) } } as const;
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: [image] }];
  const first = await openai.chat.completions.create({ model: 'paliadin', messages });
  const answer = first.choices[0]?.message.content ?? '';
  expect(answer).toContain('(`1.png`): image/png');
  messages.push({ role: 'assistant', content: answer }, { role: 'user', content: 'demo at once' });
  await openai.chat.completions.create({ model: 'paliadin', messages });
  const { turns } = await (await gateway().as('image-alone')).history();
  expect(turns.map(({ message }) => message)).toEqual(['demo at once', '']);
  expect(turns[0]?.sessionId).toBe(turns[1]?.sessionId);
});

test('images and files of a response reach the agent', async () => {
  const openai = await client('response-files');
  const { output_text } = await openai.responses.create({
    model: 'paliadin',
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'What are these?' },
          { type: 'input_image', detail: 'auto', image_url: dataUrl('image/jpeg', files['image/jpeg']) },
          { type: 'input_file', filename: 'a.txt', file_data: files['text/plain'].toString('base64') },
        ],
      },
    ],
  });
  expect(output_text).toContain('I got 2 files');
  expect(output_text).toContain('(`1.jpg`): image/jpeg');
  expect(output_text).toContain('**a.txt** (`2.txt`): text/plain, 32 bytes. It begins: “First line: größe”');
});

test('a file that is refused is an error of OpenAI’s that names the part', async () => {
  const openai = await client('refused-file');
  const asked = openai.chat.completions.create({
    model: 'paliadin',
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: 'https://example.org/x.png' } },
        ],
      },
    ],
  });
  await expect(asked).rejects.toMatchObject({
    status: 400,
    code: 'attachment_invalid',
    param: 'messages[0].content[1]',
    message: expect.stringContaining('is not fetched; send its content, as data:TYPE;base64,'),
  });
});

test('a chat completion that is repeated with its key is the same turn, and another question with that key is refused', async () => {
  const openai = await client('repeats');
  const question = { role: 'user', content: 'demo at once' } as const;
  const image = { type: 'image_url', image_url: { url: dataUrl('image/png', files['image/png']) } } as const;
  const ask = (key: string, messages: OpenAI.ChatCompletionMessageParam[]) =>
    openai.chat.completions.create({ model: 'paliadin', messages }, { headers: { 'idempotency-key': key } });
  const first = await ask('one', [question]);
  expect((await ask('one', [question])).id).toBe(first.id);
  const further: OpenAI.ChatCompletionMessageParam[] = [
    question,
    { role: 'assistant', content: first.choices[0]?.message.content ?? '' },
    { role: 'user', content: [{ type: 'text', text: 'What is this?' }, image] },
  ];
  const [second, meanwhile] = await Promise.all([ask('two', further), ask('two', further)]);
  expect(meanwhile.id).toBe(second.id);
  expect((await ask('two', further)).choices).toEqual(second.choices);
  const other = { ...image, image_url: { url: dataUrl('image/png', png(9, 9)) } };
  for (const content of ['demo table', [{ type: 'text', text: 'What is this?' }, other]] as const) {
    const mistaken = [...further.slice(0, 2), { role: 'user', content }] as OpenAI.ChatCompletionMessageParam[];
    await expect(ask('two', mistaken)).rejects.toMatchObject({ status: 422, code: 'idempotency_mismatch' });
  }
  const { turns } = await (await gateway().as('repeats')).history();
  expect(turns).toHaveLength(2);
  expect(new Set(turns.map(({ sessionId }) => sessionId)).size).toBe(1);
  expect(unusedFiles(join(gateway().stateDir, 'paliadin.db'))).toBe(0);
});

test('a streamed response has OpenAI’s events in order, numbered without a gap', async () => {
  const openai = await client('responses');
  const stream = await openai.responses.create({ model: 'paliadin', input: 'demo at once', stream: true });
  const events = await Array.fromAsync(stream);
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, at) => at));
  const types = events.map(({ type }) => type).filter((type) => type !== 'response.queued');
  expect(types.filter((type, at) => type !== types[at - 1])).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ]);
  expect(events.at(-1)).toMatchObject({
    response: {
      status: 'completed',
      output: [{ role: 'assistant', content: [{ type: 'output_text', text: 'At once.' }] }],
    },
  });
});

test('steps are reasoning of their own items in a response, and its messages continue the conversation', async () => {
  const openai = await client('steps');
  const events = await Array.fromAsync(
    await openai.responses.create({ model: 'paliadin', input: 'demo tools 2', stream: true }),
  );
  const done = events.flatMap((event) => (event.type === 'response.output_item.done' ? [event] : []));
  const last = events.at(-1);
  if (last?.type !== 'response.completed') throw new TypeError('not completed');
  expect(done.map(({ output_index }) => output_index)).toEqual(done.map((_, at) => at));
  expect(last.response.output).toEqual(done.map(({ item }) => item));
  const steps = done.flatMap(({ item }) => (item.type === 'reasoning' ? item.summary : []));
  expect(steps).toHaveLength(2);
  expect(steps[0]?.text).toMatch(/^\*\*.+\*\*$/);
  // No part is of another item than the one that was begun last: some clients do not look at its id.
  let open = '';
  for (const event of events) {
    if (event.type === 'response.output_item.added') open = event.item.id ?? '';
    if ('item_id' in event) expect(event.item_id).toBe(open);
  }
  const whole = await openai.responses.stream({ model: 'paliadin', input: 'demo tools 1' }).finalResponse();
  const { turns } = await (await gateway().as('steps')).history();
  expect(whole.output_text).toBe(turns[0]?.response);
  const question = { role: 'user', content: 'demo at once' } as const;
  await openai.responses.create({
    model: 'paliadin',
    input: [{ role: 'user', content: 'demo tools 1' }, ...whole.output, question] as never,
  });
  const { turns: after } = await (await gateway().as('steps')).history();
  expect(after[0]?.sessionId).toBe(turns[0]?.sessionId);
});

test('steps are reasoning_content of a chat completion’s chunks, beside its answer', async () => {
  const openai = await client('chat-steps');
  const stream = openai.chat.completions.stream({
    model: 'paliadin',
    messages: [{ role: 'user', content: 'demo tools 2' }],
  });
  let thought = '';
  stream.on('chunk', ({ choices }) => {
    const delta = { ...choices[0]?.delta } as { reasoning_content?: string };
    thought += delta.reasoning_content ?? '';
  });
  const answer = await stream.finalContent();
  const { turns } = await (await gateway().as('chat-steps')).history();
  expect(answer).toBe(turns[0]?.response);
  expect(thought.split('\n\n').filter((line) => /^\*\*.+\*\*$/.test(line))).toHaveLength(2);
});

test('the client’s own accumulator reads the same answer', async () => {
  const openai = await client('accumulator');
  const whole = await openai.responses.stream({ model: 'paliadin', input: 'demo table' }).finalResponse();
  const { turns } = await (await gateway().as('accumulator')).history();
  expect(whole.output_text).toBe(turns[0]?.response);
  const chat = openai.chat.completions.stream({
    model: 'paliadin',
    messages: [{ role: 'user', content: 'demo code' }],
  });
  expect(await chat.finalContent()).toContain('```');
});

test('a response is found by its id, and the next one continues its conversation by previous_response_id or conversation', async () => {
  const openai = await client('previous');
  const first = await openai.responses.create({ model: 'paliadin', input: 'demo at once', metadata: { topic: 'x' } });
  expect(first).toMatchObject({ status: 'completed', output_text: 'At once.', metadata: { topic: 'x' } });
  expect(await openai.responses.retrieve(first.id)).toMatchObject({ id: first.id, status: 'completed' });
  const second = await openai.responses.create({ input: 'demo at once', previous_response_id: first.id });
  const third = await openai.responses.create({ input: 'demo at once', conversation: second.conversation?.id ?? '' });
  expect(new Set([first, second, third].map(({ conversation }) => conversation?.id)).size).toBe(1);
  const fourth = await openai.responses.create({ model: 'paliadin', input: 'demo at once' });
  expect(fourth.conversation?.id).not.toBe(first.conversation?.id);
});

test('a response in the background goes on without its connection, and is resumed after an event', async () => {
  const openai = await client('background');
  const me = await gateway().as('background');
  const stream = await openai.responses.create({
    model: 'paliadin',
    input: 'demo hold later',
    stream: true,
    background: true,
  });
  let id = '';
  let last = -1;
  for await (const event of stream) {
    if (event.type === 'response.created') id = event.response.id;
    last = event.sequence_number;
    if (event.type === 'response.output_text.delta') break;
  }
  expect((await me.history()).turns[0]?.status).toBe('running');
  const resumed = await openai.responses.retrieve(id, { stream: true, starting_after: last });
  await release('background', 'later');
  const events = await Array.fromAsync(resumed);
  expect(events[0]?.sequence_number).toBe(last + 1);
  expect(events[0]).toMatchObject({ type: 'response.output_text.delta', delta: ' This is the second half.' });
  expect(events.at(-1)).toMatchObject({ type: 'response.completed' });
});

test('a response that waits for an approval says where to decide', async () => {
  const openai = await client();
  const { id } = await openai.responses.create({
    model: 'paliadin',
    input: 'demo approve delete file z',
    background: true,
  });
  const waiting = await until('the approval', async () => {
    const response = await openai.responses.retrieve(id);
    return response.output_text.includes('Decide at') && response;
  });
  expect(waiting).toMatchObject({ status: 'in_progress', output_text: expect.stringContaining(gateway().url) });
  await openai.responses.cancel(id);
});

test('cancelling a response stops its turn, and its stream ends', async () => {
  const openai = await client('cancels');
  const stream = await openai.responses.create({ model: 'paliadin', input: 'demo hold ever', stream: true });
  const events = [];
  for await (const event of stream) {
    events.push(event);
    if (event.type === 'response.output_text.delta') {
      const [first] = events;
      if (first?.type !== 'response.created') throw new TypeError('not the beginning');
      expect(await openai.responses.cancel(first.response.id)).toMatchObject({ status: 'cancelled' });
    }
  }
  expect(events.at(-1)).toMatchObject({ type: 'response.incomplete', response: { status: 'cancelled' } });
});
