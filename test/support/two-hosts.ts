/** A gateway and two hosts, each behind an sshd of its own, for all tests of a file. */
import { afterAll, beforeAll } from 'vitest';
import { startTestGateway, type TestGateway } from './gateway.ts';
import { type Laptop, startLaptop } from './laptop.ts';
import { listHosts } from './listed-hosts.ts';

export interface TwoHosts<Name extends string> {
  gateway: TestGateway;
  laptops: Record<Name, Laptop>;
}

// Each step makes connections, on a busy machine.
export const LONG_MS = 120_000;

/**
 * Called at the top of a file; the result is there once its tests run. `panes`: each host's name, and how many terminals
 * may live there. They are on the gateway's list, unless `listed` is false.
 */
export function useTwoHosts<Name extends string>(
  panes: Record<Name, number>,
  { listed = true, prepare }: { listed?: boolean; prepare?(hosts: TwoHosts<Name>): Promise<void> } = {},
): () => TwoHosts<Name> {
  let found: TwoHosts<Name> | undefined;
  beforeAll(async () => {
    const names = Object.keys(panes) as Name[];
    const [gateway, ...started] = await Promise.all([
      startTestGateway(),
      ...names.map((name) => startLaptop({ env: { PALIADIN_MAX_PANES: String(panes[name]) } })),
    ]);
    const laptops = Object.fromEntries(names.map((name, at) => [name, started[at]])) as Record<Name, Laptop>;
    found = { gateway, laptops };
    if (listed) await listHosts(gateway, laptops);
    await prepare?.(found);
  }, LONG_MS);
  afterAll(async () => {
    await found?.gateway.dispose();
    await Promise.all(Object.values<Laptop>(found?.laptops ?? {}).map((laptop) => laptop.dispose()));
  });
  return () => {
    if (found === undefined) throw new Error('the hosts have not been started yet');
    return found;
  };
}
