import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..', '..');
/** Where Paliadin is run and tested: what npm brings there, it must be able to verify. */
const VERIFIED = ['x64', 'arm64'].map((cpu) => ({ os: 'linux', cpu, libc: 'glibc' }));

interface Locked {
  version?: string;
  resolved?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  optionalDependencies?: Record<string, string>;
  os?: string[];
  cpu?: string[];
  libc?: string[];
}

describe.each(['package-lock.json', 'runtime/package-lock.json'])('%s', (file) => {
  const lockfile = read(file);
  const { '': root, ...packages } = lockfile.packages as Record<string, Locked>;
  const entries = Object.entries(packages);

  test('locks something', () => {
    expect(root).toBeDefined();
    expect(entries.length).toBeGreaterThan(0);
  });

  test('names no registry, so that npm asks the one that its user has', () => {
    expect(entries.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    // Addresses of sponsors and of registries look alike, so the only addresses allowed are where npm puts the former.
    expect(addresses({ ...lockfile, packages: strip(packages) })).toEqual([]);
  });

  test('has the version of every package and, where Paliadin is run and tested, its integrity', () => {
    const bare = entries.filter(([, each]) => !each.version || (!each.integrity && VERIFIED.some(isFor(each))));
    expect(bare).toEqual([]);
  });

  test('has every package that another names as optional, for without one npm ci refuses the whole', () => {
    const missing = entries.flatMap(([, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !packages[`node_modules/${name}`]),
    );
    expect(missing).toEqual([]);
  });

  test('has no package with a script to run at installation, for none would be run', () => {
    expect(entries.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
  });

  test('agrees with its package.json', () => {
    const manifest = read(file.replace('-lock', ''));
    for (const kind of [
      'name',
      'version',
      'dependencies',
      'devDependencies',
      'optionalDependencies',
      'engines',
      'bin',
    ]) {
      expect({ [kind]: (root as Record<string, unknown>)[kind] }).toEqual({ [kind]: manifest[kind] });
    }
  });
});

function read(file: string) {
  return JSON.parse(fs.readFileSync(path.join(ROOT, file), 'utf8'));
}

function isFor({ os, cpu, libc }: Locked) {
  return (platform: { os: string; cpu: string; libc: string }) =>
    (os?.includes(platform.os) ?? true) &&
    (cpu?.includes(platform.cpu) ?? true) &&
    (libc?.includes(platform.libc) ?? true);
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
