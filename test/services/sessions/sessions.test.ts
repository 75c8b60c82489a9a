import { expect, test, vi } from 'vitest';
import type { HostSession } from '../../../src/contract/host.ts';
import { aTurn, aUser, temporaryStore } from '../../store/temporary-store.ts';
import { servicesOf } from '../test-services.ts';

const HOST = { endConversation: async () => undefined };

test('a session shows what runs in it; on another or unreachable host that is unknown', async () => {
  const { store } = await temporaryStore();
  const [anna, bert] = [await aUser(store, 'anna'), await aUser(store, 'bert')];
  const way = { from: 'local', to: 'elsewhere', because: 'asked' } as const;
  await store.sessions.move(bert.session.name, way, { actor: 'cli', at: 2 });
  const [running, queued] = [aTurn(anna), aTurn(anna)];
  for (const turn of [running, queued]) await store.turns.insert(turn);
  await store.turns.write([{ turnId: running.turnId, change: { status: 'waiting' }, events: [] }]);
  let live: HostSession[] | null = [{ session: anna.session.name, live: true, running: running.turnId }];
  const { sessions } = servicesOf(store, {
    host: { ...HOST, sessions: async (name) => (name === 'local' ? live : null) },
  });
  const shown = async () =>
    Object.fromEntries(
      (await sessions.list({ limit: 10 })).sessions.map(({ user, host, ...session }) => [
        user.subject,
        { host, ...session },
      ]),
    );
  expect(await shown()).toMatchObject({
    anna: { host: 'local', live: true, running: running.turnId, waiting: true, queued: 1 },
    bert: { host: 'elsewhere', live: null, running: null, waiting: false, queued: 0 },
  });
  live = [];
  expect(await shown()).toMatchObject({ anna: { live: false } });
  live = null;
  expect(await shown()).toMatchObject({ anna: { live: null, running: running.turnId }, bert: { live: null } });
});

test('without sessions no host is asked', async () => {
  const { store } = await temporaryStore();
  const asked = vi.fn(async () => null);
  expect(await servicesOf(store, { host: { ...HOST, sessions: asked } }).sessions.list({ limit: 10 })).toEqual({
    sessions: [],
    nextBefore: null,
  });
  expect(asked).not.toHaveBeenCalled();
});

test('a session is found by its name, its user’s id or subject', async () => {
  const { store } = await temporaryStore();
  const { user, session } = await aUser(store, 'anna');
  const { sessions } = servicesOf(store);
  for (const wanted of [session.name, user.id, 'anna']) {
    expect((await sessions.find(wanted)).name).toBe(session.name);
  }
  await expect(sessions.find('bert')).rejects.toMatchObject({
    code: 'not_found',
    detail: 'bert has no conversation; those who have one: anna',
  });
  await expect(sessions.get('nobody')).rejects.toMatchObject({ code: 'not_found' });
});
