/** Which hosts agents may reach through the relay: those that the owner lists, at public internet addresses. */
import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { isOwn, isPublic, unmapped } from './public-address.ts';

/** All addresses of a name. Rejects if there are none. */
export type Lookup = (host: string) => Promise<LookupAddress[]>;

export interface Target {
  /** In lower case, without a dot at its end; an IPv6 address without brackets. */
  host: string;
  port: number;
}

export type Verdict =
  /** Connect only to these addresses: a second lookup of the name could return another one. */
  | { addresses: LookupAddress[] }
  /** `status`, and a reason that says which setting would allow it. */
  | { status: 403 | 502; reason: string };

export interface NetworkPolicy {
  check(target: Target): Promise<Verdict>;
}

interface Rule {
  /** A name, an address, or a name's suffix with its dot. */
  host: string;
  wildcard: boolean;
  ports: readonly number[];
  /** The owner has listed this exact host with this exact port: then its address may be private. */
  exact: boolean;
}

/** `closedPorts` are ports of this machine that no agent may reach, whatever the list says. @throws TypeError */
export function networkPolicy(network: readonly string[], closedPorts: () => number[], lookup: Lookup): NetworkPolicy {
  const rules = network.map(parseRule);
  return {
    async check({ host, port }) {
      const rule = rules.filter((one) => matches(one, host, port)).sort((one) => (one.exact ? -1 : 1))[0];
      if (rule === undefined) return refusal(host, port);
      let found: LookupAddress[];
      try {
        found = isIP(host) === 0 ? await lookup(host) : [{ address: host, family: isIP(host) }];
      } catch {
        return { status: 502, reason: `${host} has no address that this machine finds` };
      }
      const open = found.filter(({ address }) => !(isOwn(address) && closedPorts().includes(port)));
      const addresses = open.filter(({ address }) => rule.exact || isPublic(address));
      if (addresses.length > 0) return { addresses };
      if (open.length === 0) return { status: 403, reason: `port ${port} of this machine is closed to agents` };
      const remedy = `where it should be, the owner lists ${written(host, port)} in ${SETTING}`;
      return {
        status: 403,
        reason: `${host} is at a private address, which is not reached by a name alone; ${remedy}`,
      };
    },
  };
}

/** `host:port`, as in CONNECT; null for anything else. */
export function parseTarget(text: string): Target | null {
  const [, bracketed, name, port = ''] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text) ?? [];
  return targetOf(bracketed ?? name ?? '', Number(port));
}

/** `host` as written in a URL, an IPv6 address in brackets; null if it is neither a name nor an address. */
export function targetOf(written: string, port: number): Target | null {
  const host = written
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
  if (port < 1 || port > 65_535 || !(NAME.test(host) || isIP(host) !== 0)) return null;
  return { host: isIP(host) === 0 ? host : unmapped(host), port };
}

/** @throws TypeError that says what is wrong with the entry. */
export function parseRule(entry: string): Rule {
  const [, wild, host = '', port] = /^(\*\.)?(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(entry.trim().toLowerCase()) ?? [];
  const target = targetOf(host, Number(port ?? 443));
  const wildcard = wild !== undefined;
  if (target === null || (wildcard && isIP(target.host) !== 0)) {
    throw new TypeError(`${JSON.stringify(entry)} in ${SETTING} is not example.com, *.example.com or host:port`);
  }
  return {
    host: wildcard ? `.${target.host}` : target.host,
    wildcard,
    ports: port === undefined ? WEB : [target.port],
    exact: port !== undefined && !wildcard,
  };
}

function matches({ host, wildcard, ports }: Rule, asked: string, port: number): boolean {
  if (!ports.includes(port)) return false;
  return wildcard ? asked.endsWith(host) && asked.length > host.length : asked === host;
}

function refusal(host: string, port: number): Verdict {
  const entry = WEB.includes(port) && isIP(host) === 0 ? host : written(host, port);
  return { status: 403, reason: `${written(host, port)} is not allowed; the owner lists ${entry} in ${SETTING}` };
}

function written(host: string, port: number): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

const SETTING = 'PALIADIN_SANDBOX_NETWORK';
const WEB: readonly number[] = [80, 443];
// Names as they are looked up. No address in an unusual notation, such as 0x7f.1, gets past the list.
const NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/;
