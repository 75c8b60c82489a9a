/** Checks a lockfile for what should not be installed, from the file alone, without a registry. */

export interface Lockfile {
  packages: Record<string, Locked>;
}

export interface Locked {
  version?: string;
  resolved?: string;
  integrity?: string;
  deprecated?: string;
  hasInstallScript?: boolean;
  optionalDependencies?: Record<string, string>;
}

/** A published weakness of a package. */
export interface Advisory {
  /** As GitHub's database names it, or CVE. */
  id: string;
  package: string;
  /** From `introduced`, which is vulnerable, until `fixed`, which is not; as in the OSV format. `fixed` null: no version is. */
  ranges: { introduced: string; fixed: string | null }[];
  summary: string;
}

/** `name@version` of each package that npm could not verify. */
export function withoutIntegrity(lockfile: Lockfile): string[] {
  return packagesOf(lockfile)
    .filter(({ integrity = '' }) => !SHA512.test(integrity))
    .map(({ name, version }) => `${name}@${version}`);
}

// SHA-1 has collisions; npm still takes it where a lockfile has it.
const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/;

/** `name@version: id summary` of each package of which an advisory is known. */
export function advised(lockfile: Lockfile, advisories: readonly Advisory[]): string[] {
  return packagesOf(lockfile).flatMap(({ name, version }) =>
    advisories
      .filter((advisory) => advisory.package === name && advisory.ranges.some((range) => isWithin(version, range)))
      .map(({ id, summary }) => `${name}@${version}: ${id} ${summary}`),
  );
}

/** Every copy, also those that lie within another package. An alias (`npm:`) counts as what it stands for. */
function packagesOf({ packages }: Lockfile) {
  return Object.entries(packages)
    .filter(([place]) => place !== '')
    .map(([place, { version = '', name, ...each }]: [string, Locked & { name?: string }]) => ({
      ...each,
      version,
      name: name ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length),
    }));
}

function isWithin(version: string, { introduced, fixed }: Advisory['ranges'][number]): boolean {
  return compareVersions(version, introduced) >= 0 && (fixed === null || compareVersions(version, fixed) < 0);
}

/** Negative, 0 or positive, by the precedence of Semantic Versioning. @throws RangeError for what is no version */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [parse(one), parse(other)];
  for (const at of [0, 1, 2] as const) if (a.core[at] !== b.core[at]) return (a.core[at] ?? 0) - (b.core[at] ?? 0);
  // A release comes after all that led to it.
  if (a.before.length === 0 || b.before.length === 0) return b.before.length - a.before.length;
  for (let at = 0; at < Math.max(a.before.length, b.before.length); at++) {
    const order = compareIdentifiers(a.before[at], b.before[at]);
    if (order !== 0) return order;
  }
  return 0;
}

function compareIdentifiers(one: string | undefined, other: string | undefined): number {
  if (one === undefined || other === undefined) return one === other ? 0 : one === undefined ? -1 : 1;
  const [a, b] = [one, other].map((identifier) => (/^\d+$/.test(identifier) ? Number(identifier) : identifier));
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return one < other ? -1 : one > other ? 1 : 0;
}

function parse(version: string): { core: number[]; before: string[] } {
  const match = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/.exec(version);
  if (match === null) throw new RangeError(`${JSON.stringify(version)} is no version such as 1.2.3`);
  return { core: match.slice(1, 4).map(Number), before: match[4]?.split('.') ?? [] };
}
