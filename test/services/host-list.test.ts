import { expect, test } from 'vitest';
import { createHostListService } from '../../src/services/host-list.ts';
import { aTurn, aUser, temporaryStore } from '../store/temporary-store.ts';

const OWNER = { id: 'cli', role: 'owner' } as const;

test('a removal waits as long as it was told to, however the clock is changed meanwhile', async () => {
  const { store } = await temporaryStore();
  const host = { name: 'home', user: 'm', address: '127.0.0.1', port: 22, keyFile: '/key', knownHostsFile: '/known' };
  await store.hosts.add(host, { actor: 'cli', at: 1 });
  const somebody = await aUser(store);
  const { turn } = await store.turns.insert(aTurn(somebody, { host: 'home' }));
  let [wall, passed] = [1_000_000, 0];
  const waits: number[] = [];
  const service = createHostListService({
    store,
    async stopTurns() {
      const change = { status: 'cancelled', finishedAt: wall } as const;
      await store.turns.write([{ turnId: turn.turnId, change, events: [] }]);
    },
    clock: () => wall,
    now: () => passed,
    async pause(ms) {
      passed += ms;
      wall += waits.length % 2 === 0 ? 86_400_000 : -2 * 86_400_000;
    },
  });
  await service.remove(OWNER, 'home', { waitMs: 2_000, onWait: () => waits.push(passed) });
  expect(waits).toEqual([0, 500, 1000, 1500]);
  expect(await store.hosts.list()).toEqual([]);
});
