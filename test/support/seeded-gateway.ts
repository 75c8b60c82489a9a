/** A gateway with seed data: users, turns of many days with every outcome, sessions, and their audit log. */
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { seedStore } from '../../scripts/seed-data/store.ts';
import { startTestGateway, type TestGateway } from './gateway.ts';
import { temporaryDirectory } from './temporary.ts';
import { until } from './until.ts';

/** One for all tests of a file, called at its top. */
export function useSeededGateway({ turns = 1500, users = 20, days = 90 } = {}): () => TestGateway {
  let gateway: TestGateway | undefined;
  let state: Awaited<ReturnType<typeof temporaryDirectory>> | undefined;
  beforeAll(async () => {
    state = await temporaryDirectory();
    await seedStore(join(state.path, 'paliadin.db'), { turns, users, days, seed: 1, now: Date.now() });
    const started = await startTestGateway({ stateDir: state.path });
    gateway = started;
    await until('the host to be ready', async () => (await fetch(`${started.url}/readyz`)).ok);
  });
  afterAll(async () => {
    await gateway?.dispose();
    await state?.remove();
  });
  return () => {
    if (gateway === undefined) throw new Error('the gateway has not been started yet');
    return gateway;
  };
}
