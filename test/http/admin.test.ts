import { expect, test } from 'vitest';
import { recentTurns, stats } from '../../src/contract/api.ts';
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
