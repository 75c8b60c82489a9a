import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { conversationDeleted, conversationsPage, conversationView, me, resetResult } from '../../src/contract/api.ts';
import { blocksOf, take } from './event-reader.ts';
import { aPerson, call, open, type Running, type RunOptions, responseOf, runServer } from './running-server.ts';

async function anna(options: RunOptions = {}, subject = 'anna', known?: Running) {
  const server = known ?? (await runServer(options));
  const { bearer: headers, user } = await aPerson(server, { subject });
  const send = (method: string, path: string, json?: unknown) =>
    call(server, method, path, { headers, ...(json !== undefined && { json }) });
  return {
    server,
    user,
    headers,
    send,
    begin: async (title?: string) => conversationView.parse((await send('POST', '/api/conversations', { title })).json),
    ask: async (message: string, sessionId?: string) =>
      (await send('POST', '/api/turns', { message, ...(sessionId !== undefined && { sessionId }) })).json,
    list: async (query = '') =>
      conversationsPage.parse((await send('GET', `/api/conversations${query}`)).json).conversations,
  };
}

test('a conversation is begun, asked in, renamed, archived, taken out by a question, and deleted', async () => {
  const { server, send, begin, ask, list } = await anna();
  const first = await ask('What is open?\nAll of it.');
  const made = await send('POST', '/api/conversations', {});
  expect(made.status).toBe(201);
  const second = conversationView.parse(made.json);
  expect(second).toMatchObject({ title: null, state: 'idle', unread: false, archivedAt: null, generation: 1 });
  expect(second.sessionId).toBe(`${first.sessionId}-2`);

  server.clock.now += 1000;
  expect(await ask('And here?', second.sessionId)).toMatchObject({ sessionId: second.sessionId });
  expect((await list()).map(({ sessionId, title }) => [sessionId, title])).toEqual([
    [second.sessionId, 'And here?'],
    [first.sessionId, 'What is open? All of it.'],
  ]);

  const path = `/api/conversations/${second.sessionId}`;
  const renamed = await send('PATCH', path, { title: '  Müller  ' });
  expect(conversationView.parse(renamed.json)).toMatchObject({ title: 'Müller' });
  expect(conversationView.parse((await send('PATCH', path, { archived: true })).json).archivedAt).toBe(
    server.clock.now,
  );
  expect((await list()).map(({ sessionId }) => sessionId)).toEqual([first.sessionId]);
  expect((await list('?archived=true')).map(({ title }) => title)).toEqual(['Müller']);
  expect((await list('?search=mull')).map(({ title }) => title)).toEqual(['Müller']);
  await ask('One more', second.sessionId);
  expect((await send('GET', path)).json).toMatchObject({ title: 'Müller', archivedAt: null });

  const deleted = await send('DELETE', path);
  expect(conversationDeleted.parse(deleted.json)).toEqual({ turns: 2, hostAway: false });
  expect(await send('GET', path)).toMatchObject({ status: 404, json: { code: 'not_found' } });
  expect(await send('POST', '/api/turns', { message: 'x', sessionId: second.sessionId })).toMatchObject({
    status: 404,
    json: { detail: expect.stringContaining('no conversation with this id') },
  });
  expect((await send('GET', '/api/turns')).json.turns).toHaveLength(1);
  expect((await begin()).sessionId).toBe(`${first.sessionId}-3`);
  const actions = (await server.store.audit.list({ limit: 50 })).map(({ action }) => action);
  expect(actions.filter((action) => action.startsWith('conversation.'))).toEqual([
    'conversation.created',
    'conversation.deleted',
    'conversation.archived',
    'conversation.renamed',
    'conversation.created',
  ]);
});

test('a question without a conversation goes to the one that was used last', async () => {
  const { server, begin, ask } = await anna();
  const { sessionId: first } = await ask('one');
  server.clock.now += 1000;
  const { sessionId: second } = await begin();
  expect((await ask('two')).sessionId).toBe(second);
  server.clock.now += 1000;
  await ask('three', first);
  expect((await ask('four')).sessionId).toBe(first);
});

test('a reset begins one conversation anew, and leaves the others', async () => {
  const { send, begin, ask } = await anna();
  const [{ sessionId: first }, { sessionId: second }] = [await ask('one'), await begin()];
  const reset = await send('POST', `/api/conversations/${first}/reset`);
  expect(resetResult.parse(reset.json)).toEqual({ session: first, generation: 2 });
  expect((await send('GET', `/api/conversations/${second}`)).json).toMatchObject({ generation: 1 });
});

test('nobody sees, changes or deletes another user’s conversation, or learns whether it exists', async () => {
  const { server, ask } = await anna();
  const { sessionId } = await ask('mine');
  const bert = await anna({}, 'bert', server);
  const other = sessionId.replace(/.$/, (last: string) => (last === '0' ? '1' : '0'));
  const answers = [];
  for (const id of [sessionId, other]) {
    const path = `/api/conversations/${id}`;
    answers.push([
      await bert.send('GET', path),
      await bert.send('PATCH', path, { title: 'x' }),
      await bert.send('DELETE', path),
      await bert.send('POST', `${path}/reset`),
      await bert.send('POST', '/api/turns', { message: 'x', sessionId: id }),
      await bert.send('GET', `/api/turns?sessionId=${id}`),
    ]);
  }
  const [ofAnna, ofNobody] = answers.map((some) => some.map(({ status, text }) => [status, text]));
  expect(ofAnna).toEqual(ofNobody);
  expect(ofAnna?.every(([status]) => status === 404)).toBe(true);
  expect(await bert.list()).toEqual([]);
});

test('the limit of conversations is refused in clear words; a deleted one makes room', async () => {
  const { send, begin, ask } = await anna({ conversations: { howMany: 'many', limit: 2 } });
  await ask('one');
  const { sessionId } = await begin();
  expect(await send('POST', '/api/conversations', {})).toMatchObject({
    status: 409,
    json: { code: 'conversation_limit', detail: expect.stringContaining('PALIADIN_CONVERSATIONS_LIMIT is 2') },
  });
  await send('DELETE', `/api/conversations/${sessionId}`);
  expect((await send('POST', '/api/conversations', {})).status).toBe(201);
});

test('with PALIADIN_CONVERSATIONS=one there is the one, whatever a request calls it', async () => {
  const { send, ask } = await anna({ conversations: { howMany: 'one', limit: 1000 } });
  const turns = [await ask('a', 'tab-1'), await ask('b', 'tab-2'), await ask('c')];
  expect(new Set(turns.map(({ sessionId }) => sessionId)).size).toBe(1);
  expect(await send('POST', '/api/conversations', {})).toMatchObject({
    status: 403,
    json: { code: 'not_allowed', detail: expect.stringContaining('PALIADIN_CONVERSATIONS is one') },
  });
  const ofChat = await send('GET', '/api/turns?sessionId=tab-2');
  expect(ofChat.json.turns.map(({ message }: { message: string }) => message)).toEqual(['b']);
  expect(me.parse((await send('GET', '/api/me')).json).conversations).toBe('one');
  expect((await send('POST', '/api/session/reset')).json).toMatchObject({ generation: 2 });
});

test('an id of a chat from before there were several conversations still finds its turns and its conversation', async () => {
  const { server, user, send, begin, ask } = await anna();
  const { sessionId, turnId } = await ask('old');
  await server.turns.cancel(user.id, turnId);
  const db = new DatabaseSync(server.file);
  db.exec("update turns set session_id = 'old-tab'");
  db.close();
  await begin();
  expect((await send('GET', '/api/turns?sessionId=old-tab')).json.turns).toMatchObject([{ turnId, sessionId }]);
  expect((await ask('new', 'old-tab')).sessionId).toBe(sessionId);
});

test('the user’s other tabs are told of new, renamed and deleted conversations', async () => {
  const { server, headers, send, begin } = await anna();
  const request = open(server, { method: 'GET', path: '/api/events?after=0', headers });
  request.on('error', () => undefined); // it ends with the server
  request.end();
  const blocks = blocksOf(await responseOf(request));
  const next = async () => JSON.parse((await take(blocks, 1))[0]?.data ?? '');
  const { sessionId } = await begin();
  expect(await next()).toMatchObject({ type: 'conversation', sessionId, conversation: { title: null } });
  await send('PATCH', `/api/conversations/${sessionId}`, { title: 'Named' });
  expect(await next()).toMatchObject({ type: 'conversation', sessionId, conversation: { title: 'Named' } });
  await send('DELETE', `/api/conversations/${sessionId}`);
  expect(await next()).toMatchObject({ type: 'conversation', sessionId, conversation: null });
});

test.each([
  ['POST', '', { name: 'x' }, /"name" is unknown/],
  ['POST', '', { title: '' }, /title/],
  ['POST', '', { title: 'x'.repeat(201) }, /title/],
  ['POST', '', { title: 'two\nlines' }, /one line/],
  ['PATCH', '/x', {}, /has to change something: title, archived, seen/],
  ['PATCH', '/x', { seen: false }, /seen/],
  ['PATCH', '/%20', { seen: true }, /sessionId/],
])('a bad request is refused with what is wrong: %s %s %j', async (method, path, body, words) => {
  const { send } = await anna();
  const { status, json } = await send(method, `/api/conversations${path}`, body);
  expect([status, json.code]).toEqual([400, 'bad_request']);
  expect(json.detail).toMatch(words);
});

test('the list comes in pages', async () => {
  const { server, begin, send } = await anna();
  const made: string[] = [];
  for (let number = 0; number < 5; number++) {
    if (number !== 3) server.clock.now += 10; // two of the same moment
    made.unshift((await begin(`Number ${number}`)).sessionId);
  }
  const found: string[] = [];
  for (let before: string | null = ''; before !== null; ) {
    const { json } = await send('GET', `/api/conversations?limit=2${before && `&before=${before}`}`);
    const page = conversationsPage.parse(json);
    found.push(...page.conversations.map(({ sessionId }) => sessionId));
    before = page.nextBefore;
  }
  expect(found).toEqual(made);
});
