import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { auditPage, chainState } from '../../../src/contract/admin/audit.ts';
import { aPerson, call, runServer, signIn } from '../running-server.ts';

test('the audit log is paged and filtered, with names of users that still exist', async () => {
  const server = await runServer();
  const owner = await aPerson(server, { subject: 'olga', role: 'owner' });
  const anna = await aPerson(server);
  const asked = await call(server, 'POST', '/api/turns', { headers: anna.bearer, json: { message: 'x' } });
  await server.store.audit.append([
    { at: 5, actor: 'cli', action: 'user.deleted', subject: crypto.randomUUID(), turnId: null, detail: { turns: 2 } },
  ]);
  const get = async (query: string) => {
    const { status, json } = await call(server, 'GET', `/api/admin/audit?${query}`, { headers: owner.bearer });
    expect(status).toBe(200);
    return auditPage.parse(json);
  };
  const page = await get('limit=1');
  expect(page.rows).toMatchObject([
    { action: 'user.deleted', actor: { id: 'cli', name: '' }, subject: { name: '' }, detail: { turns: 2 } },
  ]);
  const next = await get(`limit=100&before=${page.nextBefore}`);
  expect(next.rows.at(-1)).toMatchObject({ seq: 1, action: 'token.created', subject: { name: 'olga' } });
  expect(next.nextBefore).toBeNull();
  const ofTurn = await get(`turnId=${asked.json.turnId}&action=turn.accepted`);
  expect(ofTurn.rows).toMatchObject([
    { actor: { name: 'anna' }, contentHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
  ]);
  const bad = await call(server, 'GET', '/api/admin/audit?action=odd', { headers: owner.bearer });
  expect(bad.status).toBe(400);
});

test('sign-in, denied sign-in and sign-out are each written to the audit log once', async () => {
  const server = await runServer();
  const { user } = await aPerson(server, { subject: 'olga', role: 'owner' });
  const browser = await signIn(server, user);
  await call(server, 'POST', '/api/auth/code', { json: { code: 'guess' } });
  await call(server, 'POST', '/api/auth/sign-out', { headers: { ...browser, origin: server.origin } });
  const other = await signIn(server, user);
  const headers = { ...other, origin: server.origin };
  await call(server, 'POST', '/api/auth/sign-out', { headers, json: { everywhere: true } });
  const rows = (await server.store.audit.list({ limit: 20 })).reverse().slice(1);
  expect(
    rows.map(({ action, actor, detail }) => [action, actor === user.id ? 'olga' : actor, detail.way ?? null]),
  ).toEqual([
    ['link.created', 'cli', null],
    ['sign-in.accepted', 'olga', 'code'],
    ['sign-in.denied', 'anonymous', 'code'],
    ['sign-in.ended', 'olga', 'cookie'],
    ['link.created', 'cli', null],
    ['sign-in.accepted', 'olga', 'code'],
    ['sign-in.ended', 'olga', null],
  ]);
});

test('the chain state is intact, then names the first row that was changed', async () => {
  const server = await runServer();
  const owner = await aPerson(server, { subject: 'olga', role: 'owner' });
  const state = async (query = '') => {
    const { json } = await call(server, 'GET', `/api/admin/audit/chain${query}`, { headers: owner.bearer });
    return chainState.parse(json);
  };
  const first = server.clock.now;
  expect(await state()).toMatchObject({
    intact: true,
    rows: 1,
    total: 1,
    head: { seq: 1 },
    broken: null,
    since: first,
  });
  server.clock.now += 5000;
  await aPerson(server);
  await aPerson(server, { subject: 'bert' });
  // Of what was read when, and that no text was compared yet.
  const walked = { rows: 3, total: 3, since: first, checkedAt: server.clock.now, comparedAt: null };
  expect(await state()).toMatchObject({ intact: true, head: { seq: 3 }, ...walked });
  expect(await state('?full=true')).toMatchObject({ ...walked, since: walked.checkedAt, comparedAt: walked.checkedAt });
  const db = new DatabaseSync(server.file);
  db.exec(`drop trigger audit_log_no_update; update audit_log set actor = 'nobody' where seq = 2`);
  db.close();
  expect(await state()).toMatchObject({ intact: true, rows: 3 }); // what was walked is not walked again
  expect(await state('?full=true')).toMatchObject({
    intact: false,
    rows: 1,
    total: 3,
    broken: { seq: 2 },
    head: { seq: 1 },
  });
  expect(await state()).toMatchObject({ intact: false, broken: { seq: 2 } });
});
