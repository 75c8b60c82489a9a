import { expect, onTestFinished, test } from 'vitest';
import { screenView } from '../../../src/contract/screen.ts';
import { type Block, blocksOf, take } from '../event-reader.ts';
import { aPerson, call, open, type Running, responseOf, runServer } from '../running-server.ts';

test('admin events name what changed (turns, sessions, users, audit log, host), without its content', async () => {
  const probed: (() => void)[] = [];
  const onProbe = (listener: () => void) => {
    probed.push(listener);
    return () => probed.pop();
  };
  const probes = { last: () => [], onProbe };
  const server = await runServer({ probes });
  const owner = await aPerson(server, { subject: 'olga', role: 'owner' });
  const anna = await aPerson(server);
  const { blocks } = await stream(server, '/api/admin/events', owner.bearer);
  const told = (type: string) => take(blocks, 1, (block) => block.event === type).then(([block]) => dataOf(block));
  await take(blocks, 1, () => true); // it is open
  const asked = await call(server, 'POST', '/api/turns', { headers: anna.bearer, json: { message: 'a secret' } });
  const { turnId } = asked.json;
  expect(await told('turns')).toMatchObject({ turns: [{ turnId, userId: anna.user.id }] });
  expect(await told('sessions')).toEqual({ type: 'sessions' });
  await server.agent.answer(turnId, 'a secret, too');
  for (;;) {
    const { turns } = (await told('turns')) as { turns: { turnId: string; status: string }[] };
    expect(JSON.stringify(turns)).not.toContain('secret');
    if (turns.some((turn) => turn.turnId === turnId && turn.status === 'completed')) break;
  }
  await call(server, 'PATCH', `/api/admin/users/${anna.user.id}`, { headers: owner.bearer, json: { dailyQuota: 5 } });
  expect(await told('users')).toEqual({ type: 'users' });
  for (const tell of probed) tell();
  expect(await told('hosts')).toEqual({ type: 'hosts' });
  await call(server, 'POST', `/api/turns/${turnId}/feedback`, { headers: anna.bearer, json: { rating: 'up' } });
  expect(await told('turns')).toMatchObject({ turns: [{ turnId, status: null }] });
});

test('an admin who loses the role gets no more admin events', async () => {
  const server = await runServer({ streamLimits: { recheckMs: 50 } });
  const admin = await aPerson(server, { subject: 'alma', role: 'admin' });
  const { blocks } = await stream(server, '/api/admin/events', admin.bearer);
  await server.store.users.setRole(admin.user.id, 'member', { actor: 'cli', at: 1 });
  const events: (string | undefined)[] = [];
  for await (const { event } of blocks) events.push(event);
  expect(events.at(-1)).toBe('reconnect');
  const again = await call(server, 'GET', '/api/admin/events', { headers: admin.bearer });
  expect(again.status).toBe(403);
});

test('a terminal is watched at the reader’s pace until they leave, and that is in the audit log', async () => {
  const { server, owner, name, anna } = await withSession();
  const { blocks, leave } = await stream(server, `/api/admin/sessions/${name}/screen`, owner.bearer);
  const [screen] = server.agent.screens;
  const picture = {
    live: true,
    columns: 80,
    rows: 24,
    lines: ['\u001b[31mred\u001b[39m'],
    cursor: { row: 0, column: 3 },
  };
  await screen?.show(picture); // resolves when it was taken
  const [block] = await take(blocks, 1, ({ event }) => event === 'screen');
  const { type, ...shown } = dataOf(block) as { type: string };
  expect([type, screenView.parse(shown)]).toEqual(['screen', picture]);
  expect(await server.store.audit.list({ limit: 1 })).toMatchObject([
    { action: 'read.screen', actor: owner.user.id, subject: anna.user.id, detail: { session: name } },
  ]);
  expect(screen?.signal.aborted).toBe(false);
  const left = new Promise<void>((resolve) => screen?.signal.addEventListener('abort', () => resolve()));
  leave();
  await left;
  const missing = await call(server, 'GET', '/api/admin/sessions/nobody/screen', { headers: owner.bearer });
  expect(missing.status).toBe(404);
});

test('an admin resets a session and ends a terminal of another user, with an audit row', async () => {
  const { server, owner, anna, name } = await withSession();
  const act = (what: string, session = name) =>
    call(server, 'POST', `/api/admin/sessions/${session}/${what}`, { headers: owner.bearer });
  server.agent.live = [{ session: name, live: true, running: crypto.randomUUID() }];
  expect((await act('hibernate')).json).toEqual({ hibernated: false });
  server.agent.live = [{ session: name, live: true, running: null }];
  expect((await act('hibernate')).json).toEqual({ hibernated: true });
  expect((await act('reset')).json).toEqual({ name, generation: 2 });
  expect(await server.store.audit.list({ limit: 2 })).toMatchObject([
    { action: 'session.reset', actor: owner.user.id, subject: anna.user.id, detail: { session: name, generation: 2 } },
    { action: 'session.hibernated', actor: owner.user.id, subject: anna.user.id },
  ]);
  for (const what of ['reset', 'hibernate']) expect((await act(what, 'nobody')).status).toBe(404);
  expect((await act('reset', '-x')).status).toBe(400);
});

async function withSession() {
  const server = await runServer();
  const owner = await aPerson(server, { subject: 'olga', role: 'owner' });
  const anna = await aPerson(server);
  const { name } = await server.turns.session(anna.user.id);
  return { server, owner, anna, name };
}

async function stream(server: Running, path: string, headers: Record<string, string>) {
  const request = open(server, { path, headers });
  request.end();
  const response = await responseOf(request);
  expect(response.statusCode).toBe(200);
  onTestFinished(() => void request.destroy());
  return { blocks: blocksOf(response), leave: () => request.destroy() };
}

function dataOf(block: Block | undefined): unknown {
  return JSON.parse(block?.data ?? '');
}
