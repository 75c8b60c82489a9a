/** Lists of addresses, in the format of `PALIADIN_TRUSTED_PROXIES`. */
import { BlockList, isIP } from 'node:net';

/** The entries of a list that are neither an address nor a network in CIDR notation. */
export function badAddresses(list: string): string[] {
  return partsOf(list).filter((part) => networkOf(part) === null);
}

/** Whether an address is in the list. An IPv4-mapped IPv6 address counts as its IPv4 address. */
export function addressMatcher(list: string): (address: string) => boolean {
  const known = new BlockList();
  for (const part of partsOf(list)) {
    const network = networkOf(part);
    if (network !== null) known.addSubnet(network.address, network.prefix, network.family);
  }
  return (address) => {
    const version = isIP(address);
    return version !== 0 && known.check(address, version === 4 ? 'ipv4' : 'ipv6');
  };
}

function partsOf(list: string): string[] {
  return list.split(/[\s,]+/).filter((part) => part !== '');
}

function networkOf(part: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | null {
  const [address = '', prefix, ...more] = part.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return null;
  const longest = version === 4 ? 32 : 128;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (prefix === undefined) return { address, prefix: longest, family };
  // A prefix of 0 would match everybody.
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) < 1 || Number(prefix) > longest) return null;
  return { address, prefix: Number(prefix), family };
}
