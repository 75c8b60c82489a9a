import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { errorBody, historyPage, me, resetResult, turnView } from '../../src/contract/api.ts';
import { PaliadinError } from '../../src/contract/errors.ts';
import { aPerson, call, runServer } from './running-server.ts';

test('a question is accepted, read, cancelled and rated', async () => {
  const server = await runServer();
  const { bearer: headers } = await aPerson(server);
  const body = {
    message: 'Wie viele?',
    pageOrigin: 'https://app/cases',
    context: 'c',
    locale: 'de',
  };
  const asked = await call(server, 'POST', '/api/turns', { headers, json: body });
  expect(asked.status).toBe(202);
  expect(turnView.parse(asked.json)).toMatchObject({ message: 'Wie viele?', status: 'queued' });
  const { turnId } = asked.json;
  expect(await server.store.turns.get(turnId)).toMatchObject({
    locale: 'de',
    context: 'c',
    pageOrigin: 'https://app/cases',
  });
  const url = `/api/turns/${turnId}`;
  expect((await call(server, 'GET', url, { headers })).json).toMatchObject({ turnId, message: 'Wie viele?' });
  expect((await call(server, 'POST', `${url}/cancel`, { headers })).status).toBe(200);
  await call(server, 'GET', `${url}/events`, { headers }); // which ends when the turn does
  expect((await call(server, 'GET', url, { headers })).json).toMatchObject({ status: 'cancelled' });
  const json = { rating: 'up', comment: 'thanks' };
  const judged = await call(server, 'POST', `${url}/feedback`, { headers, json });
  expect(turnView.parse(judged.json).feedback).toEqual(json);
  const wrong = await call(server, 'POST', `${url}/feedback`, { headers, json: { rating: 'meh' } });
  expect([wrong.status, wrong.json.turnId]).toEqual([400, turnId]);
  expect(wrong.json.detail).toMatch(/^body: rating: /);
});

test('the same key gives the same turn; another body or a malformed key is refused', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  const ask = (key: string, message: string) =>
    call(server, 'POST', '/api/turns', { headers: { ...bearer, 'idempotency-key': key }, json: { message } });
  const results = await Promise.all(Array.from({ length: 40 }, () => ask('key-1', 'hi')));
  expect(new Set(results.map(({ status, json }) => `${status} ${json.turnId}`)).size).toBe(1);
  expect(results[0]?.status).toBe(202);
  expect(await server.store.turns.list({ limit: 5 })).toHaveLength(1);
  expect(await ask('key-1', 'other')).toMatchObject({ status: 422, json: { code: 'idempotency_mismatch' } });
  for (const key of ['x'.repeat(201), 'with space', 'ümlaut', '']) {
    const { status, json } = await ask(Buffer.from(key).toString('latin1'), 'hi');
    expect([key, status, json.code]).toEqual([key, 400, 'bad_request']);
    expect(json.detail).toMatch(/^headers: idempotency-key: has to be 1 to 200 visible ASCII characters/);
  }
  expect((await ask('~'.repeat(200), 'hi')).status).toBe(202);
});

test('nobody reads, cancels or rates another user’s turn, or learns whether it exists', async () => {
  const server = await runServer();
  const [anna, bert] = [await aPerson(server), await aPerson(server, { subject: 'bert', role: 'owner' })];
  const { json } = await call(server, 'POST', '/api/turns', { headers: anna.bearer, json: { message: 'mine' } });
  for (const turnId of [json.turnId, randomUUID()]) {
    const calls = [
      ['GET', ''],
      ['GET', '/events'],
      ['POST', '/cancel'],
      ['POST', '/feedback', { rating: 'up' }],
    ] as const;
    for (const [method, suffix, body] of calls) {
      const path = `/api/turns/${turnId}${suffix}`;
      const result = await call(server, method, path, { headers: bert.bearer, ...(body && { json: body }) });
      expect([path, result.status, result.json.code]).toEqual([path, 404, 'not_found']);
    }
  }
  expect((await call(server, 'GET', '/api/turns', { headers: bert.bearer })).json.turns).toEqual([]);
  expect(await server.store.turns.get(json.turnId)).toMatchObject({ finishedAt: null, feedback: null });
});

test('history has one’s own turns only, of all conversations or of one', async () => {
  const server = await runServer();
  const { bearer: headers } = await aPerson(server);
  const empty = await call(server, 'GET', '/api/turns', { headers });
  expect(historyPage.parse(empty.json)).toEqual({ turns: [], nextBefore: null, cursor: 0 });
  const ask = async (message: string, sessionId?: string) =>
    (await call(server, 'POST', '/api/turns', { headers, json: { message, sessionId } })).json;
  const { sessionId: first } = await ask('a');
  const { sessionId: second } = (await call(server, 'POST', '/api/conversations', { headers, json: {} })).json;
  await ask('b', second);
  await ask('c', first);
  const all = await call(server, 'GET', '/api/turns', { headers });
  expect(historyPage.parse(all.json).turns.map((turn) => turn.message)).toEqual(['c', 'b', 'a']);
  const one = await call(server, 'GET', `/api/turns?sessionId=${first}&limit=1`, { headers });
  expect(one.json.turns).toHaveLength(1);
  const before = one.json.turns[0].turnId;
  const rest = await call(server, 'GET', `/api/turns?sessionId=${first}&before=${before}`, { headers });
  expect(historyPage.parse(rest.json).turns.map((turn) => turn.message)).toEqual(['a']);
  expect(await call(server, 'GET', '/api/turns?sessionId=c', { headers })).toMatchObject({
    status: 404,
    json: { code: 'not_found', detail: expect.stringContaining('no conversation with this id') },
  });
  for (const query of ['limit=0', 'limit=201', 'limit=x', 'before=x', 'sessionId=%20']) {
    const { status, json } = await call(server, 'GET', `/api/turns?${query}`, { headers });
    expect([query, status, json.detail]).toEqual([query, 400, expect.stringContaining(query.split('=')[0] as string)]);
  }
});

test('with PALIADIN_ACCESS=owner members can read, and the refusal names the setting', async () => {
  const server = await runServer({ access: 'owner' });
  const [owner, anna] = [await aPerson(server, { subject: 'owner', role: 'owner' }), await aPerson(server)];
  const json = { message: 'hi' };
  expect((await call(server, 'POST', '/api/turns', { headers: owner.bearer, json })).status).toBe(202);
  for (const path of ['/api/turns', '/api/session/reset']) {
    const refused = await call(server, 'POST', path, { headers: anna.bearer, json });
    expect([refused.status, refused.json.code]).toEqual([403, 'not_allowed']);
    expect(refused.json.detail).toContain('PALIADIN_ACCESS=users');
  }
  const mine = (await call(server, 'GET', '/api/me', { headers: anna.bearer })).json;
  expect(mine).toMatchObject({ canAsk: false, whyNot: { code: 'not_allowed' } });
  expect(mine.whyNot.detail).toContain('PALIADIN_ACCESS=users');
  expect((await call(server, 'GET', '/api/turns', { headers: anna.bearer })).status).toBe(200);
});

test('/api/me tells who one is, whether one may ask, and what to start with', async () => {
  const server = await runServer();
  const { user, bearer } = await aPerson(server, { role: 'owner' });
  const mine = await call(server, 'GET', '/api/me', { headers: { ...bearer, 'accept-language': 'de' } });
  expect(me.parse(mine.json)).toEqual({
    user: { id: user.id, name: 'anna', role: 'owner', locale: null },
    canAsk: true,
    conversations: 'many',
    appOrigins: ['https://app'],
    whyNot: null,
    backend: 'local',
    agent: 'demo',
    session: { name: expect.stringMatching(/^test-[0-9a-f]{8}$/), generation: 1, moved: false },
    elsewhere: false,
    starters: ['Was ist offen?'],
    limits: { messageBytes: 102_400, attachments: { count: 5, bytes: 100_000 } },
  });
});

test('details of a server fault are shown to the owner only', async () => {
  const server = await runServer();
  const [owner, anna] = [await aPerson(server, { subject: 'owner', role: 'owner' }), await aPerson(server)];
  server.agent.refuse(new PaliadinError('disabled', 'set PALIADIN_REMOTE_HOST'));
  for (const [person, detail] of [
    [owner, 'set PALIADIN_REMOTE_HOST'],
    [anna, null],
  ] as const) {
    const asked = await call(server, 'POST', '/api/turns', { headers: person.bearer, json: { message: 'hi' } });
    expect(asked).toMatchObject({ status: 503, json: { code: 'disabled', detail, retryable: false } });
    expect(errorBody.parse(asked.json)).toEqual(asked.json);
    const mine = await call(server, 'GET', '/api/me', { headers: person.bearer });
    expect(mine.json).toMatchObject({ canAsk: false, whyNot: { code: 'disabled', detail } });
  }
});

test('a reset begins a new conversation', async () => {
  const server = await runServer();
  const { bearer: headers } = await aPerson(server);
  const result = await call(server, 'POST', '/api/session/reset', { headers });
  expect(resetResult.parse(result.json)).toEqual({ session: expect.stringMatching(/^test-/), generation: 2 });
});

test('the language is the question’s, else the user’s, else the browser’s, else English', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  const localeOf = async (headers: Record<string, string>, body: object = {}) => {
    const { json } = await call(server, 'POST', '/api/turns', {
      headers: { ...bearer, ...headers },
      json: { message: 'hi', ...body },
    });
    return (await server.store.turns.get(json.turnId))?.locale;
  };
  expect(await localeOf({ 'accept-language': 'fr-CA, de;q=0.9' }, { locale: 'it' })).toBe('it');
  expect(await localeOf({ 'accept-language': 'de;q=0.9, fr-CA, *;q=0.1' })).toBe('fr-CA');
  expect(await localeOf({ 'accept-language': ';;,q=,!!' })).toBe('en');
  expect(await localeOf({})).toBe('en');
});

test('`pageOrigin` is the URL of a page or a path; of an origin that is not listed it is null, and anything else is refused', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  const ask = (pageOrigin: string) =>
    call(server, 'POST', '/api/turns', { headers: bearer, json: { message: 'x', pageOrigin } });
  for (const [given, kept] of [
    ['https://app/cases/42?tab=notes#top', 'https://app/cases/42?tab=notes#top'],
    ['/cases/42', 'https://app/cases/42'],
    ['https://app', 'https://app/'],
    ['https://elsewhere.example/x', null],
  ] as const) {
    const { status, json } = await ask(given);
    expect([given, status, json.pageOrigin]).toEqual([given, 202, kept]);
  }
  for (const given of [
    '',
    'cases/42',
    'app',
    'app/cases',
    '//app/x',
    'https://',
    'https://me:pw@app/',
    'ftp://app/',
    '/a b',
  ]) {
    const { status, json } = await ask(given);
    expect([given, status, json.code]).toEqual([given, 400, 'bad_request']);
    expect(json.detail).toBe(
      'body: pageOrigin: has to be the URL of a page (https://app.example/cases/42), or a path (/cases/42)',
    );
  }
});
