import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Advisory, advised, compareVersions, type Locked, type Lockfile, withoutIntegrity } from './lockfile.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
/** Kept by hand, since no registry is asked; CONTRIBUTING.md says how. */
const advisories = readAs<Advisory[]>('test/architecture/advisories.json');

describe.each(['package-lock.json', 'runtime/package-lock.json'])('%s', (file) => {
  const lockfile = readAs<Lockfile>(file);
  const { '': root, ...packages } = lockfile.packages;
  const entries = Object.entries(packages);

  test('lists packages', () => {
    expect(root).toBeDefined();
    expect(entries.length).toBeGreaterThan(0);
  });

  test('names no registry, so that npm uses the user’s own', () => {
    expect(entries.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    // Addresses of sponsors and of registries look alike, so the only addresses allowed are where npm puts the former.
    expect(addresses({ ...lockfile, packages: strip(packages) })).toEqual([]);
  });

  test('has version and integrity for every package, on every platform', () => {
    expect(entries.filter(([, { version }]) => !version)).toEqual([]);
    expect(withoutIntegrity(lockfile)).toEqual([]);
  });

  test('has no package with a known advisory', () => {
    expect(advised(lockfile, advisories)).toEqual([]);
  });

  test('has no deprecated package', () => {
    expect(entries.filter(([, { deprecated }]) => deprecated !== undefined)).toEqual([]);
  });

  test('has every optional dependency, without which npm ci refuses the lockfile', () => {
    const missing = entries.flatMap(([, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !packages[`node_modules/${name}`]),
    );
    expect(missing).toEqual([]);
  });

  test('has no package with an install script, since none is run', () => {
    expect(entries.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
  });

  test('agrees with its package.json', () => {
    const manifest = readAs<Record<string, unknown>>(file.replace('-lock', ''));
    for (const kind of [
      'name',
      'version',
      'dependencies',
      'devDependencies',
      'optionalDependencies',
      'engines',
      'bin',
    ]) {
      expect({ [kind]: (root as unknown as Record<string, unknown>)[kind] }).toEqual({ [kind]: manifest[kind] });
    }
  });
});

test.each([
  ['one that is missing', { version: '1.0.0' }],
  ['one of a weak hash', { version: '1.0.0', integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }],
  ['one that is cut off', { version: '1.0.0', integrity: 'sha512-AAAA' }],
])('%s: a package without valid integrity is found', (_, locked) => {
  const packages = { '': {}, 'node_modules/@a/b-darwin-x64': { ...locked, optional: true, os: ['darwin'] } };
  expect(withoutIntegrity({ packages })).toEqual(['@a/b-darwin-x64@1.0.0']);
});

test('an affected version is found wherever it is installed, even under an alias', () => {
  const [fastify] = advisories.filter(({ id }) => id === 'GHSA-mg2h-6x62-wpwc');
  const packages = {
    '': { version: '5.0.0' },
    'node_modules/fastify': { version: '5.3.1' },
    'node_modules/a/node_modules/fastify': { version: '4.29.0' },
    'node_modules/web': { version: '5.3.2-rc.1', name: 'fastify' },
    'node_modules/b/node_modules/fastify': { version: '5.3.2' },
    'node_modules/c/node_modules/fastify': { version: '4.29.1' },
    'node_modules/d/node_modules/fastify': { version: '3.29.5' },
    'node_modules/@fastify/static': { version: '5.3.1' },
    'node_modules/fastify-plugin': { version: '5.3.1' },
  };
  const found = advised({ packages }, fastify === undefined ? [] : [fastify]);
  expect(found.map((line) => line.replace(/: .*/, ''))).toEqual([
    'fastify@5.3.1',
    'fastify@4.29.0',
    'fastify@5.3.2-rc.1',
  ]);
  const open = { id: 'x', package: 'fastify', ranges: [{ introduced: '5.3.2', fixed: null }], summary: 'never mended' };
  expect(advised({ packages }, [open])).toEqual(['fastify@5.3.2: x never mended']);
});

test('every advisory has a valid id, a package of the tree, valid ranges and a summary', () => {
  const locked = ['package-lock.json', 'runtime/package-lock.json'].flatMap((file) =>
    Object.keys(readAs<Lockfile>(file).packages).map((place) => place.replace(/^.*node_modules\//, '')),
  );
  for (const { id, package: name, ranges, summary } of advisories) {
    expect(id).toMatch(/^(GHSA(-[23456789cfghjmpqrvwx]{4}){3}|CVE-\d{4}-\d{4,})$/);
    // What is no longer in the tree goes from the list as well.
    expect([id, locked.includes(name)]).toEqual([id, true]);
    expect([id, summary.length > 5, ranges.length > 0]).toEqual([id, true, true]);
    for (const { introduced, fixed } of ranges) {
      expect([id, fixed === null || compareVersions(introduced, fixed) < 0]).toEqual([id, true]);
    }
  }
  const named = advisories.map(({ id, package: name }) => `${name} ${id}`);
  expect(named).toEqual([...new Set(named)]);
});

test('versions are ordered by Semantic Versioning', () => {
  const ordered = ['0.9.9', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta.2', '1.0.0-beta.11'];
  ordered.push('1.0.0-rc.1', '1.0.0', '1.0.1', '1.2.0', '1.10.0', '2.0.0', '10.0.0');
  expect([...ordered].reverse().sort(compareVersions)).toEqual(ordered);
  expect(compareVersions('1.0.0+build', '1.0.0')).toBe(0);
  for (const wrong of ['1.0', '^1.0.0', 'latest', ''])
    expect(() => compareVersions(wrong, '1.0.0')).toThrow(RangeError);
});

function readAs<T>(file: string): T {
  return JSON.parse(fs.readFileSync(path.join(ROOT, file), 'utf8'));
}

/** The packages without what npm copies from their authors. */
function strip(packages: Record<string, Locked>) {
  return Object.entries(packages).map(([place, each]) => [
    place,
    { ...each, funding: undefined, deprecated: undefined },
  ]);
}

function addresses(value: unknown): string[] {
  return JSON.stringify(value).match(/\w+:\/\/[^"]*/g) ?? [];
}
