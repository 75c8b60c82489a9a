/** A relay with the test's names and addresses: nothing reaches the internet. */
import { connect } from 'node:net';
import { runRelay } from '../../../../src/host/relay/run-relay.ts';
import { acquireLock } from '../../../../src/process/lock.ts';

interface Given {
  version?: string;
  unneededMs?: number;
  lookMs?: number;
  /** Addresses of a name: of each look-up the next list, the last of them again and again. */
  names?: Record<string, string[][]>;
  /** Ports of loopback that stand in for `address:port`. */
  ports?: Record<string, number>;
}

const { version = 'test', names = {}, ports = {}, ...times }: Given = JSON.parse(process.env.GIVEN ?? '{}');
const asked = new Map<string, number>();

const relay = await runRelay({
  directory: process.argv[2] ?? '',
  version,
  acquireLock,
  proxyEnv: {},
  clock: Date.now,
  ...times,
  exit: () => process.exit(0),
  async lookup(host) {
    const lists = names[host];
    if (lists === undefined) throw new Error('ENOTFOUND');
    const time = asked.get(host) ?? 0;
    asked.set(host, time + 1);
    const list = lists[Math.min(time, lists.length - 1)] ?? [];
    return list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  },
  dial({ port }, addresses) {
    const stands = ports[`${addresses[0]?.address}:${port}`];
    // One that the test does not name is refused, as a closed port is.
    return connect({ host: '127.0.0.1', port: stands ?? 1, allowHalfOpen: true });
  },
});
if (relay === null) process.exit(0);
process.stdout.write('ready\n');
