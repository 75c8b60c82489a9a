import { expect, test } from 'vitest';
import type { AuditEntry } from '../../src/contract/records/audit-log.ts';
import type { Store } from '../../src/store/store.ts';
import { aTurn, aUser, temporaryStore } from './temporary-store.ts';

const BY = { actor: 'gateway', at: 9 };

const entry: AuditEntry = {
  at: 1,
  actor: 'cli',
  action: 'link.created',
  subject: null,
  turnId: null,
  detail: { why: 'test' },
};

test('a turn’s acceptance, decisions, end and late answer are in the audit log', async () => {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  const { turnId } = await anEndedTurn(store, who);
  await store.turns.write([{ turnId, change: { late: true, response: 'Two.' }, events: [] }]);
  const rows = (await store.audit.list({ limit: 10 })).reverse();
  expect(rows.map(({ seq, action, actor, detail }) => ({ seq, action, actor, detail }))).toEqual([
    {
      seq: 1,
      action: 'turn.accepted',
      actor: who.user.id,
      detail: { session: who.session.name, generation: 1, host: 'local' },
    },
    {
      seq: 2,
      action: 'approval.decided',
      actor: who.user.id,
      detail: { kind: 'permission', option: 'allow', by: 'user' },
    },
    { seq: 3, action: 'turn.failed', actor: 'gateway', detail: { code: 'timeout' } },
    { seq: 4, action: 'turn.late', actor: 'host', detail: {} },
  ]);
  expect(rows.every((row) => row.subject === who.user.id && row.turnId === turnId)).toBe(true);
  expect(JSON.stringify(rows)).not.toMatch(/cases|One|Two|Allow/);
  expect(await store.audit.verify({ contents: true })).toMatchObject({ rows: 4, broken: null });
});

test('a write that fails leaves no audit row', async () => {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  const [one, other] = [aTurn(who), aTurn(who)];
  for (const turn of [one, other]) await store.turns.insert(turn);
  await store.turns.write([{ turnId: one.turnId, change: { status: 'running' }, events: [] }]);
  const writes = [
    { turnId: one.turnId, change: { status: 'completed', finishedAt: 5 } as const, events: [] },
    { turnId: 'nobody', change: { status: 'completed' } as const, events: [] },
  ];
  await expect(store.turns.write(writes)).rejects.toMatchObject({ code: 'not_found' });
  expect(await store.audit.head()).toMatchObject({ seq: 2 });
  expect(await store.audit.verify({ contents: true })).toMatchObject({ broken: null });
});

test('concurrent appends make one chain, also over several connections', async () => {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  await Promise.all([
    ...Array.from({ length: 20 }, () => store.audit.append([entry, entry])),
    ...Array.from({ length: 20 }, () => store.turns.insert(aTurn(who))),
  ]);
  expect(await store.audit.verify({ contents: true })).toMatchObject({ rows: 60, broken: null, head: { seq: 60 } });
});

test('audit rows are found by user, action, turn and time', async () => {
  const { store } = await temporaryStore();
  const [one, other] = [await aUser(store), await aUser(store)];
  const first = await anEndedTurn(store, one);
  await anEndedTurn(store, other);
  await store.audit.append([{ ...entry, at: 9000, actor: one.user.id, action: 'read.turn', subject: other.user.id }]);
  const seqs = async (query: Partial<Parameters<Store['audit']['list']>[0]>) =>
    (await store.audit.list({ limit: 10, ...query })).map(({ seq }) => seq);
  expect(await seqs({})).toEqual([7, 6, 5, 4, 3, 2, 1]);
  expect(await seqs({ limit: 2, before: 6 })).toEqual([5, 4]);
  expect(await seqs({ turnId: first.turnId })).toEqual([3, 2, 1]);
  expect(await seqs({ userId: one.user.id })).toEqual([7, 3, 2, 1]);
  expect(await seqs({ action: 'turn.accepted' })).toEqual([4, 1]);
  expect(await seqs({ from: 9000, to: 9001 })).toEqual([7]);
  const ofOther = async (after: number, limit: number) =>
    (await store.audit.ofUser(other.user.id, { after, limit })).map(({ seq }) => seq);
  expect(await ofOther(0, 10)).toEqual([4, 5, 6, 7]);
  expect(await ofOther(0, 3)).toEqual([4, 5, 6]);
  expect(await ofOther(6, 3)).toEqual([7]);
});

test('the chain can be verified from a known row on', async () => {
  const { store } = await temporaryStore();
  await store.audit.append([entry, entry]);
  const { head } = await store.audit.verify({ contents: false });
  expect(head).toMatchObject({ seq: 2 });
  await store.audit.append([entry]);
  const after = head as NonNullable<typeof head>;
  expect(await store.audit.verify({ after, contents: false })).toMatchObject({ rows: 1, broken: null });
  const wrong = { seq: 2, hash: 'another' };
  expect(await store.audit.verify({ after: wrong, contents: false })).toMatchObject({ broken: { seq: 3 } });
});

test('deleting a user’s data keeps the chain valid', async () => {
  const { store } = await temporaryStore();
  const [gone, stays] = [await aUser(store, 'gone'), await aUser(store, 'stays')];
  for (let i = 0; i < 30; i++) {
    await store.turns.insert(aTurn(gone, { message: `Rumpelstilzchen ${i}`, context: 'im Wald' }));
  }
  for (const { turnId } of await store.turns.open()) {
    const change = { status: 'completed', finishedAt: 2, response: 'Heißt du Rippenbiest?' } as const;
    await store.turns.write([{ turnId, change, events: [] }]);
  }
  await anEndedTurn(store, stays);
  const by = { actor: 'cli', at: 7 };
  expect(await store.users.remove(gone.user.id, by)).toEqual({ turns: 30, erased: true });
  expect(await store.users.get(gone.user.id)).toBeNull();
  expect(await store.turns.list({ limit: 100, search: 'Rumpelstilzchen' })).toEqual([]);
  expect(await store.turns.list({ limit: 100 })).toHaveLength(1);
  expect(await store.audit.verify({ contents: true })).toMatchObject({ broken: null, rows: 64 });
  expect((await store.audit.list({ limit: 1 }))[0]).toMatchObject({ action: 'user.deleted', detail: { turns: 30 } });
  const day = await store.turns.stats({ from: 0, to: 3_600_000, bucketMs: 3_600_000 });
  expect(day.total).toMatchObject({ turns: 31 });
  expect(day.users).toEqual([{ userId: stays.user.id, turns: 1, failed: 1 }]);
});

test('a user with an open turn is not deleted', async () => {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  await store.turns.insert(aTurn(who));
  await expect(store.users.remove(who.user.id, { actor: 'cli', at: 1 })).rejects.toMatchObject({ code: 'conflict' });
  expect(await store.users.get(who.user.id)).not.toBeNull();
  expect(await store.audit.head()).toMatchObject({ seq: 1 });
});

test('old turns are deleted, open ones are kept', async () => {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  const old = await anEndedTurn(store, who);
  const open = aTurn(who);
  await store.turns.insert(open);
  expect(await store.turns.deleteOld(2000, 10, BY)).toBe(0);
  expect(await store.turns.deleteOld(2001, 10, BY)).toBe(1);
  expect(await store.turns.get(old.turnId)).toBeNull();
  expect(await store.events.decided(old.turnId)).toEqual([]);
  expect(await store.turns.get(open.turnId)).not.toBeNull();
  expect(await store.audit.verify({ contents: true })).toMatchObject({ broken: null });
});

test('a question over the daily quota is refused with the time when it renews', async () => {
  const { store } = await temporaryStore();
  const who = await aUser(store);
  await store.users.setQuota(who.user.id, 2, { actor: 'cli', at: 1 });
  const noon = new Date(2026, 4, 1, 12).getTime();
  const ask = (startedAt: number, idempotencyKey: string | null = null) =>
    store.turns.insert(aTurn(who, { startedAt, idempotencyKey }));
  await ask(noon, 'first');
  const results = await Promise.allSettled([ask(noon), ask(noon), ask(noon)]);
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  await expect(ask(noon)).rejects.toMatchObject({ code: 'quota_reached', againInMs: 12 * 3_600_000 });
  expect(await ask(noon, 'first')).toMatchObject({ inserted: false });
  await ask(noon + 12 * 3_600_000);
  expect(await store.turns.list({ limit: 10 })).toHaveLength(3);
  const [overview] = await store.users.overview(new Date(2026, 4, 1).getTime());
  expect(overview).toMatchObject({ dailyQuota: 2, turns: 3, turnsToday: 3, lastSeenAt: noon + 12 * 3_600_000 });
});

async function anEndedTurn(store: Store, who: Awaited<ReturnType<typeof aUser>>) {
  const turn = aTurn(who, { message: 'How many cases are open?' });
  const { turnId, userId } = turn;
  await store.turns.insert(turn);
  const approval = { id: '1', title: 'Allow?', kind: 'permission' as const };
  const decided = { type: 'decided' as const, approval, option: 'allow', by: 'user' as const };
  await store.turns.write([{ turnId, change: {}, events: [{ turnId, userId, at: 1500, event: decided }] }]);
  const finished = { type: 'finished' as const, status: 'failed' as const };
  const change = { status: 'failed', errorCode: 'timeout', response: 'One.', finishedAt: 2000, durationMs: 1 } as const;
  await store.turns.write([{ turnId, change, events: [{ turnId, userId, at: 2000, event: finished }] }]);
  return turn;
}
