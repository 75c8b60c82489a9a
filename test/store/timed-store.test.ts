import { expect, test } from 'vitest';
import { timedStore } from '../../src/store/timed-store.ts';
import { aUser, temporaryStore } from './temporary-store.ts';

test('each call of the store returns its result, and is reported with its duration and whether it failed', async () => {
  const { store } = await temporaryStore();
  const told: [string, number, boolean][] = [];
  let now = 0;
  const clock = () => {
    now += 5;
    return now;
  };
  const timed = timedStore(store, clock, (...call) => told.push(call));
  const paths = (part: object): string[] =>
    Object.entries(part).flatMap(([name, inner]) =>
      typeof inner !== 'object' || inner === null ? [name] : paths(inner).map((rest) => `${name}.${rest}`),
    );
  expect(paths(timed)).toEqual(paths(store));
  expect(timed.database).toBe(store.database);
  const { user } = await aUser(timed, 'anna');
  expect(await store.users.get(user.id)).toEqual(user);
  await expect(timed.users.setRole('nobody', 'admin', { actor: 'cli', at: 1 })).rejects.toMatchObject({
    code: 'not_found',
  });
  await timed.check();
  expect(told).toEqual([
    ['users.ensure', 5, false],
    ['sessions.ofUser', 5, false],
    ['users.setRole', 5, true],
    ['check', 5, false],
  ]);
});
