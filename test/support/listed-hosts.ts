import type { Hosts } from '../../src/contract/admin/hosts.ts';
import type { Store } from '../../src/store/store.ts';
import type { TestGateway } from './gateway.ts';
import type { Laptop } from './laptop.ts';
import { until } from './until.ts';

/** Puts laptops on a running gateway's list, and waits until it has found each of them well. */
export async function listHosts(gateway: TestGateway, laptops: Record<string, Laptop>): Promise<void> {
  const store = await gateway.store();
  for (const [name, laptop] of Object.entries(laptops)) await listHost(store, name, laptop);
  const names = Object.keys(laptops);
  await until(
    'the gateway to find the hosts well',
    async () => {
      const { hosts } = await hostViews(gateway);
      return names.every((name) => hosts.find((host) => host.name === name)?.probes.at(-1)?.error === null);
    },
    LONG_MS,
  );
}

export async function listHost(store: Store, name: string, { port, user, keyFile, knownHostsFile }: Laptop) {
  const host = { name, user, address: '127.0.0.1', port, keyFile, knownHostsFile };
  await store.hosts.add(host, { actor: 'cli', at: Date.now() });
}

export async function hostViews(gateway: TestGateway): Promise<Hosts> {
  return (await (await gateway.as('owner')).call('GET', '/api/admin/hosts')).json() as Promise<Hosts>;
}

// A daemon starts on each of them, on a busy machine.
const LONG_MS = 60_000;
