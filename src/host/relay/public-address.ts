/** Which addresses are public: an address that is not certainly public counts as private. */
import { BlockList, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Neither loopback, link-local, private, multicast nor reserved, nor one of this machine's own. */
export function isPublic(address: string): boolean {
  const plain = unmapped(address);
  if (isOwn(plain)) return false;
  if (isIPv4(plain)) return !RESERVED.check(plain, 'ipv4');
  return GLOBAL_UNICAST.check(plain, 'ipv6') && !RESERVED.check(plain, 'ipv6');
}

/** Whether this machine itself would answer there. */
export function isOwn(address: string): boolean {
  const plain = unmapped(address);
  if (OWN.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6')) return true;
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.some((own) => own.address === plain);
}

/** `::ffff:10.0.0.1` is `10.0.0.1`, in any notation. */
export function unmapped(address: string): string {
  const canonical = URL.parse(`http://[${address}]`)?.hostname.slice(1, -1) ?? address;
  const [, high = '', low = ''] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical) ?? [];
  if (high === '') return canonical;
  const [one, other] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [one >> 8, one & 255, other >> 8, other & 255].join('.');
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return list;
}

const OWN = blockList(['127.0.0.0/8', '0.0.0.0/8', '::1/128', '::/128']);

const GLOBAL_UNICAST = blockList(['2000::/3']);

/** IANA's special-purpose registries. Ranges that embed an IPv4 address (6to4, Teredo) could reach any address. */
const RESERVED = blockList([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '2620:4f:8000::/48',
]);
