import { expect, test } from 'vitest';
import { sessions } from '../../../src/contract/admin/sessions.ts';
import { turnsChoices } from '../../../src/contract/admin/turns.ts';
import { userDeleted, userExport, users } from '../../../src/contract/admin/users.ts';
import { blocksOf } from '../event-reader.ts';
import { aPerson, call, open, type Running, responseOf, runServer, signIn } from '../running-server.ts';

const change = (server: Running, userId: string, json: object, headers: Record<string, string>) =>
  call(server, 'PATCH', `/api/admin/users/${userId}`, { headers, json });

test('users are listed with their turns; changes of role, quota and state are in the audit log', async () => {
  const { server, owner, anna } = await people();
  await call(server, 'POST', '/api/turns', { headers: anna.bearer, json: { message: 'x' } });
  const list = users.parse((await call(server, 'GET', '/api/admin/users', { headers: owner.bearer })).json).users;
  expect(list.find(({ id }) => id === anna.user.id)).toMatchObject({
    subject: 'anna',
    role: 'member',
    turns: 1,
    turnsToday: 1,
    dailyQuota: null,
    disabledAt: null,
    lastSeenAt: server.clock.now,
  });
  const changed = await change(server, anna.user.id, { role: 'admin', dailyQuota: 3 }, owner.bearer);
  expect([changed.status, changed.json]).toEqual([200, expect.objectContaining({ role: 'admin', dailyQuota: 3 })]);
  await change(server, anna.user.id, { role: 'admin', dailyQuota: 3 }, owner.bearer); // is so already
  const rows = (await server.store.audit.list({ limit: 20, userId: owner.user.id })).filter(
    ({ subject }) => subject === anna.user.id,
  );
  expect(rows.map(({ action, detail }) => [action, detail])).toEqual([
    ['user.quota', { quota: 3 }],
    ['user.role', { role: 'admin' }],
  ]);
});

test('users and conversations come in pages, and users are found by a part of their name', async () => {
  const { server, owner, anna } = await people();
  for (const { bearer } of [owner, anna]) await call(server, 'GET', '/api/me', { headers: bearer });
  const get = async (path: string) => (await call(server, 'GET', path, { headers: owner.bearer })).json;
  const page = async (query: string) => users.parse(await get(`/api/admin/users?${query}`));
  const whole = await page('');
  expect(whole.nextAfter).toBeNull();
  const first = await page('limit=2');
  expect(first.nextAfter).toBe(first.users[1]?.id);
  const second = await page(`limit=2&after=${first.nextAfter}`);
  expect([...first.users, ...second.users]).toEqual(whole.users);
  expect(second.nextAfter).toBeNull();
  expect((await page('search=ANN')).users.map(({ subject }) => subject)).toEqual(['anna']);
  const used = async (query: string) => sessions.parse(await get(`/api/admin/sessions?${query}`));
  const newest = await used('limit=1');
  const older = await used(`limit=1&before=${newest.nextBefore}`);
  expect([...newest.sessions, ...older.sessions]).toEqual((await used('')).sessions);
  for (const query of [
    'users?limit=0',
    'users?after=anna',
    'users?before=1',
    'sessions?before=now',
    'sessions?limit=201',
  ]) {
    expect([query, (await call(server, 'GET', `/api/admin/${query}`, { headers: owner.bearer })).status]).toEqual([
      query,
      400,
    ]);
  }
  const choices = turnsChoices.parse(await get(`/api/admin/turns/choices?userId=${anna.user.id}`));
  expect([choices.users.length, choices.moreUsers]).toEqual([whole.users.length, false]);
});

test('waiting turns count in a user’s turns, and are not counted twice when they end', async () => {
  const { server, owner, anna } = await people();
  const askOne = (message: string) =>
    call(server, 'POST', '/api/turns', { headers: anna.bearer, json: { message } }).then(({ json }) => json.turnId);
  const counted = async () => {
    const { json } = await call(server, 'GET', '/api/admin/users', { headers: owner.bearer });
    return users.parse(json).users.find(({ id }) => id === anna.user.id)?.turns;
  };
  const first = await askOne('x');
  await askOne('waits behind it');
  expect(await counted()).toBe(2);
  await call(server, 'POST', `/api/turns/${first}/cancel`, { headers: anna.bearer });
  expect(await counted()).toBe(2);
});

test('an admin changes no roles and no admin or owner; nobody disables themselves or the owner', async () => {
  const { server, owner, admin, anna } = await people();
  const other = await aPerson(server, { subject: 'adele', role: 'admin' });
  const attempts: [string, object, Record<string, string>, number][] = [
    [anna.user.id, { role: 'admin' }, admin.bearer, 403],
    [owner.user.id, { disabled: true }, admin.bearer, 403],
    [other.user.id, { disabled: true }, admin.bearer, 403],
    [other.user.id, { dailyQuota: 0 }, admin.bearer, 403],
    [admin.user.id, { disabled: true }, admin.bearer, 403],
    [owner.user.id, { disabled: true }, owner.bearer, 403],
    [owner.user.id, { role: 'member' }, owner.bearer, 403],
    [anna.user.id, { role: 'owner' }, owner.bearer, 400],
    [anna.user.id, { dailyQuota: -1 }, owner.bearer, 400],
    [crypto.randomUUID(), { disabled: true }, owner.bearer, 404],
    [anna.user.id, { disabled: true }, anna.bearer, 403],
    [anna.user.id, { disabled: true }, admin.bearer, 200],
    [anna.user.id, { disabled: false }, admin.bearer, 200],
  ];
  for (const [userId, json, headers, status] of attempts) {
    const answer = await change(server, userId, json, headers);
    expect([json, answer.status]).toEqual([json, status]);
  }
});

test('a user who was disabled and enabled again has to sign in again; their tokens still work', async () => {
  const { server, anna } = await people();
  const browser = await signIn(server, anna.user);
  const statusFor = async (headers: Record<string, string>) =>
    (await call(server, 'GET', '/api/me', { headers })).status;
  expect(await statusFor(browser)).toBe(200);
  const by = { actor: 'cli', at: server.clock.now };
  await server.store.users.disable(anna.user.id, by);
  await server.store.users.enable(anna.user.id, by);
  expect(await statusFor(browser)).toBe(401);
  expect(await statusFor(anna.bearer)).toBe(200);
  const rows = (await server.store.audit.list({ limit: 3 })).map(({ action, actor, detail }) => [
    action,
    actor,
    detail,
  ]);
  expect(rows).toEqual([
    ['user.enabled', 'cli', {}],
    ['sign-in.ended', 'cli', { browsers: 1, tokens: 0 }],
    ['user.disabled', 'cli', {}],
  ]);
});

test('disabling a user cancels their turn, ends their streams and refuses their questions at once', async () => {
  const { server, owner, anna } = await people({ streamLimits: { recheckMs: 50 } });
  const asked = await call(server, 'POST', '/api/turns', { headers: anna.bearer, json: { message: 'x' } });
  await server.agent.happen(asked.json.turnId, [{ type: 'running' }]);
  const request = open(server, { path: '/api/events', headers: anna.bearer });
  request.end();
  const stream = blocksOf(await responseOf(request));
  await change(server, anna.user.id, { disabled: true }, owner.bearer);
  const events = [];
  for await (const { event } of stream) events.push(event);
  expect(events.at(-1)).toBe('reconnect');
  expect((await server.store.turns.get(asked.json.turnId))?.status).toBe('cancelled');
  const again = await call(server, 'POST', '/api/turns', { headers: anna.bearer, json: { message: 'x' } });
  expect([again.status, again.json.code]).toEqual([403, 'not_allowed']);
});

test('a user over quota is told in their language when they may ask again', async () => {
  const { server, owner, anna } = await people();
  const noon = new Date(2026, 4, 1, 18, 30).getTime();
  server.clock.now = noon;
  await change(server, anna.user.id, { dailyQuota: 1 }, owner.bearer);
  const ask = (language: string) =>
    call(server, 'POST', '/api/turns', {
      headers: { ...anna.bearer, 'accept-language': language },
      json: { message: 'x' },
    });
  expect((await ask('en')).status).toBe(202);
  const refused = await ask('en');
  expect(refused).toMatchObject({
    status: 429,
    headers: { 'retry-after': String(5.5 * 3600) },
    json: {
      code: 'quota_reached',
      retryable: true,
      message: 'Your questions for today are used up. You can ask again in 6 hours.',
    },
  });
  expect((await ask('de')).json.message).toBe('Die Fragen für heute sind aufgebraucht. Weiter geht es in 6 Stunden.');
  server.clock.now += 6 * 3_600_000;
  expect((await ask('en')).status).toBe(202);
});

test('the export of a user’s data is one file', async () => {
  const { server, owner, anna } = await people();
  await call(server, 'POST', '/api/turns', { headers: anna.bearer, json: { message: 'mine "quoted"' } });
  await call(server, 'POST', '/api/turns', { headers: owner.bearer, json: { message: 'not hers' } });
  const answer = await call(server, 'GET', `/api/admin/users/${anna.user.id}/export`, { headers: owner.bearer });
  expect(answer.headers['content-disposition']).toContain(`paliadin-user-${anna.user.id}.json`);
  const all = userExport.parse(answer.json);
  expect(all).toMatchObject({
    user: { subject: 'anna' },
    conversations: [{ title: 'mine "quoted"', archivedAt: null }],
    turns: [{ message: 'mine "quoted"' }],
    tokens: [{ name: 'test' }],
  });
  expect(all.audit.map(({ action }) => action)).toEqual(['token.created', 'turn.accepted', 'user.exported']);
  expect(answer.text).not.toMatch(/not hers|"hash":"[0-9a-f]{64}","userId"/);
});

test('deleting a user deletes all their text; the audit chain stays intact and names who deleted it', async () => {
  const { server, owner, admin, anna } = await people();
  const asked = await call(server, 'POST', '/api/turns', { headers: anna.bearer, json: { message: 'x' } });
  await server.agent.happen(asked.json.turnId, [{ type: 'running' }]);
  const remove = (userId: string, headers: Record<string, string>) =>
    call(server, 'DELETE', `/api/admin/users/${userId}`, { headers });
  expect((await remove(owner.user.id, admin.bearer)).status).toBe(403);
  expect((await remove(owner.user.id, owner.bearer)).status).toBe(403);
  const gone = await remove(anna.user.id, admin.bearer);
  expect([gone.status, userDeleted.parse(gone.json)]).toEqual([
    200,
    { turns: 1, conversationEnded: true, erased: true },
  ]);
  expect(await server.store.turns.get(asked.json.turnId)).toBeNull();
  expect(await server.store.audit.list({ limit: 1 })).toMatchObject([
    { action: 'user.deleted', actor: admin.user.id, subject: anna.user.id, detail: { turns: 1 } },
  ]);
  expect(await server.store.audit.verify({ contents: true })).toMatchObject({ broken: null });
  expect((await remove(anna.user.id, admin.bearer)).status).toBe(404);
  expect((await call(server, 'GET', '/api/me', { headers: anna.bearer })).status).toBe(401);
});

test('deleting a user covers running and waiting turns, and questions that arrive meanwhile', async () => {
  const { server, owner, anna } = await people();
  const ask = () => call(server, 'POST', '/api/turns', { headers: anna.bearer, json: { message: 'x' } });
  const { turnId } = (await ask()).json;
  await server.agent.happen(turnId, [{ type: 'running' }]);
  await ask();
  const asking = Array.from({ length: 5 }, ask);
  const gone = await call(server, 'DELETE', `/api/admin/users/${anna.user.id}`, { headers: owner.bearer });
  await Promise.all(asking);
  expect(gone.status).toBe(200);
  expect(await server.store.turns.list({ limit: 10 })).toEqual([]);
  expect(await server.store.users.get(anna.user.id)).toBeNull();
});

async function people(options: Parameters<typeof runServer>[0] = {}) {
  const server = await runServer(options);
  server.clock.now = new Date(2026, 4, 1, 9).getTime();
  return {
    server,
    owner: await aPerson(server, { subject: 'olga', role: 'owner' }),
    admin: await aPerson(server, { subject: 'alma', role: 'admin' }),
    anna: await aPerson(server),
  };
}
