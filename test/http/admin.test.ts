import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { disabledBackend } from '../../src/backend/disabled.ts';
import { recentTurns, stats } from '../../src/contract/api.ts';
import { createTurns } from '../../src/turn/service.ts';
import { aPerson, call, runServer } from './running-server.ts';

test('the owner sees everybody’s turns and figures, without what was said; nobody else does', async () => {
  const server = await runServer();
  const owner = await aPerson(server, { subject: 'olga', role: 'owner' });
  const member = await aPerson(server, { subject: 'max', role: 'member' });
  const asked = await call(server, 'POST', '/api/turns', { headers: member.bearer, json: { message: 'a secret' } });
  const recent = await call(server, 'GET', '/api/admin/turns?limit=5', { headers: owner.bearer });
  expect(recentTurns.parse(recent.json).turns[0]).toMatchObject({ turnId: asked.json.turnId, userId: member.user.id });
  expect(JSON.stringify(recent.json)).not.toContain('secret');
  const figures = await call(server, 'GET', '/api/admin/stats?days=1', { headers: owner.bearer });
  expect(stats.parse(figures.json)).toMatchObject({ turns: 1, activeUsers: 1 });
  for (const path of ['/api/admin/turns', '/api/admin/stats']) {
    const refused = await call(server, 'GET', path, { headers: member.bearer });
    expect([refused.status, refused.json.code]).toEqual([403, 'not_allowed']);
  }
  const bad = await call(server, 'GET', '/api/admin/stats?days=0', { headers: owner.bearer });
  expect([bad.status, bad.json.code]).toEqual([400, 'bad_request']);
});

test('an admin sees what the owner sees, and a member only what is theirs', async () => {
  const server = await runServer();
  const admin = await aPerson(server, { subject: 'ada', role: 'admin' });
  const [max, mia] = [await aPerson(server, { subject: 'max' }), await aPerson(server, { subject: 'mia' })];
  const asked = await call(server, 'POST', '/api/turns', { headers: max.bearer, json: { message: 'hi' } });
  const { turnId } = asked.json;
  const recent = await call(server, 'GET', '/api/admin/turns', { headers: admin.bearer });
  expect(recent.json.turns.map((turn: { turnId: string }) => turn.turnId)).toEqual([turnId]);
  for (const { bearer } of [mia, admin]) {
    expect((await call(server, 'GET', '/api/turns', { headers: bearer })).json.turns).toEqual([]);
    for (const [method, path] of [
      ['GET', `/api/turns/${turnId}`],
      ['GET', `/api/turns/${turnId}/events`],
      ['POST', `/api/turns/${turnId}/cancel`],
    ] as const) {
      const { status, json } = await call(server, method, path, { headers: bearer });
      expect([method, path, status, json.code]).toEqual([method, path, 404, 'not_found']);
    }
  }
});

test('who is the owner, recent turns and figures need no backend', async () => {
  const before = await runServer();
  const member = await aPerson(before, { subject: 'max' });
  await call(before, 'POST', '/api/turns', { headers: member.bearer, json: { message: 'hi' } });
  const backend = disabledBackend('nothing is installed');
  const turns = await createTurns({
    ...{ store: before.store, backend, sessionPrefix: 'test', queueLimit: 5 },
    approvals: { who: 'owner', patienceMs: 1000 },
    ...{ clock: Date.now, now: () => performance.now(), newId: randomUUID, onTrouble: () => undefined },
  });
  onTestFinished(() => turns.close());
  const server = await runServer({ store: before.store, turns, backend: { ...backend, report: async () => null } });
  const owner = await aPerson(before, { subject: 'olga', role: 'owner' });
  const admin = await aPerson(before, { subject: 'ada', role: 'admin' });
  expect(await turns.isOwner(owner.user.id)).toBe(true);
  expect([await turns.isOwner(admin.user.id), await turns.isOwner(member.user.id)]).toEqual([false, false]);
  for (const { bearer } of [owner, admin]) {
    const recent = await call(server, 'GET', '/api/admin/turns', { headers: bearer });
    expect(recent.json.turns).toHaveLength(1);
    expect((await call(server, 'GET', '/api/admin/stats', { headers: bearer })).json).toMatchObject({ activeUsers: 1 });
  }
  expect((await call(server, 'GET', '/api/turns', { headers: member.bearer })).json.turns).toHaveLength(1);
  const asked = await call(server, 'POST', '/api/turns', { headers: owner.bearer, json: { message: 'hi' } });
  expect([asked.status, asked.json.code]).toEqual([503, 'disabled']);
});
