import { expect, test } from 'vitest';
import type { z } from 'zod';
import { hosts } from '../../../src/contract/admin/hosts.ts';
import { sessions } from '../../../src/contract/admin/sessions.ts';
import { stats } from '../../../src/contract/admin/stats.ts';
import { turnInFull } from '../../../src/contract/admin/turn.ts';
import { turnsChoices, turnsPage } from '../../../src/contract/admin/turns.ts';
import { aPerson, call, type Running, runServer } from '../running-server.ts';
import { scriptedBackend } from '../scripted-backend.ts';

test('a day’s figures count questions, failures and users, without gaps between buckets', async () => {
  const server = await runServer();
  server.clock.now = Date.UTC(2026, 5, 10, 9, 30);
  const owner = await aPerson(server, { subject: 'olga', role: 'owner' });
  const anna = await aPerson(server);
  const one = await ask(server, anna.bearer, 'Which cases are open?');
  server.clock.now += 1000;
  await server.agent.answer(one, 'Two.\n<!-- paliadin {"used_tools":["search"],"classifier_tag":"lookup"} -->');
  const other = await ask(server, anna.bearer, 'And closed?');
  await call(server, 'POST', `/api/turns/${other}/cancel`, { headers: anna.bearer });
  await ended(server, one);
  await ask(server, owner.bearer, 'still open');
  const day = await get(server, '/api/admin/stats?range=today', stats, owner.bearer);
  expect(day.buckets).toHaveLength(10);
  expect(day.buckets.at(-1)).toMatchObject({
    from: Date.UTC(2026, 5, 10, 9),
    to: server.clock.now,
    turns: 2,
    activeUsers: 1,
    successRate: 1,
    tools: [{ name: 'search', count: 1 }],
    codes: [{ name: 'cancelled', count: 1 }],
  });
  expect(day.totals).toMatchObject({ turns: 2, completed: 1, cancelled: 1, failed: 0, successRate: 1, late: 0 });
  expect(day).toMatchObject({
    open: 1,
    previous: { turns: 0, successRate: null, total: { p50: null } },
    tags: [{ name: 'lookup', count: 1 }],
    users: [{ id: anna.user.id, name: 'anna', turns: 2, failed: 0 }],
  });
  const ofOwner = await get(server, `/api/admin/stats?range=7d&userId=${owner.user.id}`, stats, owner.bearer);
  expect(ofOwner).toMatchObject({ totals: { turns: 0 }, open: 1, users: [] });
  expect(ofOwner.buckets).toHaveLength(6 * 4 + 2);
});

test('turns are listed, filtered and paged; a text search is in the audit log without its words', async () => {
  const server = await runServer();
  const owner = await aPerson(server, { subject: 'olga', role: 'owner' });
  const anna = await aPerson(server);
  const ids = [];
  for (const question of ['first\n question', 'second secretword', 'third']) {
    ids.unshift(await ask(server, anna.bearer, question));
    server.clock.now += 1000;
  }
  const page = await get(server, '/api/admin/turns?limit=2', turnsPage, owner.bearer);
  expect(page.turns.map(({ turnId }) => turnId)).toEqual(ids.slice(0, 2));
  expect(page.turns[0]).toMatchObject({ question: 'third', user: { name: 'anna' }, rating: null });
  const next = await get(server, `/api/admin/turns?limit=2&before=${page.nextBefore}`, turnsPage, owner.bearer);
  expect(next).toMatchObject({ turns: [{ question: 'first question' }], nextBefore: null });
  const found = await get(server, '/api/admin/turns?search=secretw&status=open', turnsPage, owner.bearer);
  expect(found.turns.map(({ question }) => question)).toEqual(['second secretword']);
  const [read] = await server.store.audit.list({ limit: 1, action: 'read.turns' });
  expect(read).toMatchObject({ actor: owner.user.id, detail: { status: 'open', searched: true } });
  expect(JSON.stringify(await server.store.audit.list({ limit: 100 }))).not.toContain('secretw');
  const choices = await get(server, '/api/admin/turns/choices', turnsChoices, owner.bearer);
  expect(choices.users.map(({ name }) => name).sort()).toEqual(['anna', 'olga']);
  for (const wrong of ['limit=0', 'status=odd', 'code=odd', 'userId=x', 'from=x', 'before=x']) {
    const refused = await call(server, 'GET', `/api/admin/turns?${wrong}`, { headers: owner.bearer });
    expect([wrong, refused.status]).toEqual([wrong, 400]);
  }
});

test('a turn’s details have raw answer, decisions and times, and viewing them is in the audit log', async () => {
  const server = await runServer();
  const owner = await aPerson(server, { subject: 'olga', role: 'owner' });
  const turnId = await ask(server, owner.bearer, 'May I?', { pageOrigin: 'https://app/x', context: 'a list' });
  server.clock.now += 100;
  const approval = { id: 'a', title: 'Run it?', options: [{ id: 'allow', label: 'Yes' }] };
  await server.agent.happen(turnId, [{ type: 'running' }, { type: 'approval', approval }]);
  const running = await untilShown(server, turnId, owner.bearer, ({ approvals }) => approvals.length === 1);
  expect(running).toMatchObject({ status: 'waiting', approvals: [{ id: 'a' }], raw: null });
  expect(running.stages.at(-1)).toMatchObject({ stage: 'thinking', to: null });
  server.clock.now += 1000;
  await call(server, 'POST', `/api/turns/${turnId}/approvals/a`, { headers: owner.bearer, json: { option: 'allow' } });
  const trailer = '<!-- paliadin {"rows_seen":3} -->';
  await server.agent.answer(turnId, `Done.\n\n${trailer}\n`);
  await ended(server, turnId);
  const turn = await get(server, `/api/admin/turns/${turnId}`, turnInFull, owner.bearer);
  expect(turn).toMatchObject({
    message: 'May I?',
    pageOrigin: 'https://app/x',
    context: 'a list',
    response: 'Done.',
    rowsSeen: 3,
    raw: `Done.\n\n${trailer}\n`,
    user: { subject: 'olga', role: 'owner' },
    status: 'completed',
    error: null,
    decisions: [{ option: 'allow', by: 'user', at: server.clock.now }],
    tokens: { exact: false },
  });
  expect(turn.stages.map(({ stage }) => stage)).toEqual(['queued', 'typing', 'thinking', 'writing']);
  const reads = await server.store.audit.list({ limit: 10, action: 'read.turn' });
  expect(reads).toMatchObject([{ turnId, actor: owner.user.id, subject: owner.user.id }]);
  const missing = await call(server, 'GET', `/api/admin/turns/${crypto.randomUUID()}`, { headers: owner.bearer });
  expect([missing.status, missing.json.code]).toEqual([404, 'not_found']);
});

test('a failed turn’s details have the full error', async () => {
  const server = await runServer();
  const owner = await aPerson(server, { subject: 'olga', role: 'owner' });
  const anna = await aPerson(server);
  const turnId = await ask(server, anna.bearer, 'x');
  await server.agent.fail(turnId, { code: 'agent_stopped', detail: 'exit status 3 in /home/olga' });
  await ended(server, turnId);
  const turn = await get(server, `/api/admin/turns/${turnId}`, turnInFull, owner.bearer);
  expect(turn.error).toMatchObject({ code: 'agent_stopped', detail: 'exit status 3 in /home/olga', turnId });
  const list = await get(server, '/api/admin/turns?code=agent_stopped', turnsPage, owner.bearer);
  expect(list.turns).toMatchObject([{ turnId, errorCode: 'agent_stopped' }]);
});

test('hosts and sessions show what runs, without waiting for a silent host', async () => {
  const probe = { at: 1, ms: 2.5, error: null };
  const server = await runServer({ probes: { last: () => [probe], onProbe: () => () => {} } });
  const owner = await aPerson(server, { subject: 'olga', role: 'owner' });
  const turnId = await ask(server, owner.bearer, 'x');
  await ask(server, owner.bearer, 'y');
  await server.agent.happen(turnId, [{ type: 'running' }]);
  await untilShown(server, turnId, owner.bearer, ({ status }) => status === 'running');
  const name = (await server.turns.session(owner.user.id)).name;
  server.agent.live = [{ session: name, live: true, running: turnId }];
  expect(await get(server, '/api/admin/hosts', hosts, owner.bearer)).toMatchObject({
    gateway: { version: '1.2.3', database: expect.stringMatching(/^SQLite \d+\.\d+/) },
    hosts: [{ name: 'scripted', presence: 'here', panes: { live: 1, hibernated: 0 }, running: 1, probes: [probe] }],
  });
  expect((await get(server, '/api/admin/sessions', sessions, owner.bearer)).sessions).toMatchObject([
    { name, live: true, running: turnId, waiting: false, queued: 1, user: { name: 'olga' } },
  ]);
  server.agent.live = null;
  expect((await get(server, '/api/admin/sessions', sessions, owner.bearer)).sessions).toMatchObject([{ live: null }]);
  expect((await get(server, '/api/admin/hosts', hosts, owner.bearer)).hosts).toMatchObject([{ panes: null }]);
});

test('a session shows that its turn waits for an approval', async () => {
  const server = await runServer();
  const owner = await aPerson(server, { subject: 'olga', role: 'owner' });
  const turnId = await ask(server, owner.bearer, 'May I?');
  const approval = { id: 'a', title: 'Run it?', options: [{ id: 'allow', label: 'Yes' }] };
  await server.agent.happen(turnId, [{ type: 'running' }, { type: 'approval', approval }]);
  await untilShown(server, turnId, owner.bearer, ({ status }) => status === 'waiting');
  const waits = async () => (await get(server, '/api/admin/sessions', sessions, owner.bearer)).sessions;
  expect(await waits()).toMatchObject([{ running: turnId, waiting: true }]);
  await call(server, 'POST', `/api/turns/${turnId}/approvals/a`, { headers: owner.bearer, json: { option: 'allow' } });
  await untilShown(server, turnId, owner.bearer, ({ status }) => status === 'running');
  expect(await waits()).toMatchObject([{ running: turnId, waiting: false }]);
});

test('a host shows its agent’s version where it is known', async () => {
  const identity = { version: '1.2.3', protocol: 1, agent: 'claude', driver: 'claude', settings: '' };
  const versions = [];
  for (const agentVersion of ['2.1.4', undefined]) {
    const told = { ...scriptedBackend(), identity: () => ({ ...identity, agentVersion }), report: async () => null };
    const server = await runServer({ backend: told });
    const owner = await aPerson(server, { subject: 'olga', role: 'owner' });
    versions.push((await get(server, '/api/admin/hosts', hosts, owner.bearer)).hosts[0]?.agentVersion);
  }
  expect(versions).toEqual(['2.1.4', null]);
});

async function ask(server: Running, headers: Record<string, string>, message: string, more = {}): Promise<string> {
  const asked = await call(server, 'POST', '/api/turns', { headers, json: { message, ...more } });
  expect(asked.status).toBe(202);
  return asked.json.turnId;
}

async function get<T>(server: Running, path: string, shape: z.ZodType<T>, headers: Record<string, string>): Promise<T> {
  const { status, json } = await call(server, 'GET', path, { headers });
  expect([path, status, status === 200 ? null : json]).toEqual([path, 200, null]);
  return shape.parse(json);
}

/** Resolves when the turn's end is stored. */
async function ended(server: Running, turnId: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const check = async () => {
    if ((await server.store.turns.get(turnId))?.finishedAt) resolve();
  };
  const stop = await server.turns.watch(() => void check());
  await check();
  await promise;
  stop();
}

async function untilShown(
  server: Running,
  turnId: string,
  headers: Record<string, string>,
  accept: (turn: z.infer<typeof turnInFull>) => boolean,
) {
  const look = () => get(server, `/api/admin/turns/${turnId}`, turnInFull, headers);
  await expect.poll(async () => accept(await look())).toBe(true);
  const turn = await look();
  return turn;
}
