/** No module depends on itself through others, not even for types. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { MAY_IMPORT } from './import-rules.ts';
import { readUses } from './read-uses.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

test('no import in src/ is circular, types included', () => {
  expect(circlesOf(importsOf('src'))).toEqual([]);
});

test('the rules let no two folders import each other, directly or indirectly', () => {
  expect(circlesOf(new Map(Object.entries(MAY_IMPORT)))).toEqual([]);
});

test.each([
  [{ a: ['b'], b: ['c'], c: ['a'], d: ['a'] }, [['a', 'b', 'c']]],
  [{ a: ['b', 'a'] }, [['a']]],
  [{ a: ['b', 'c'], b: ['c'], c: [] }, []],
])('of %j the cycles are %j', (imports, circles) => {
  expect(circlesOf(new Map(Object.entries<string[]>(imports)))).toEqual(circles);
});

/** Of each file, those that it imports. */
function importsOf(directory: string): Map<string, string[]> {
  const files = fs.readdirSync(path.join(ROOT, directory), { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => /\.tsx?$/.test(file)).map((file) => path.posix.join(directory, file));
  return new Map(
    sources.map((file) => {
      const uses = readUses(file, fs.readFileSync(path.join(ROOT, file), 'utf8'));
      const near = uses.filter((use) => use.startsWith('.'));
      return [file, near.map((use) => path.posix.join(path.posix.dirname(file), use))];
    }),
  );
}

/** Each name that leads back to itself, with all that lie on the way: every circle once. */
function circlesOf(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const reached = new Map([...imports.keys()].map((name) => [name, reach(imports, name)]));
  const circles = [...imports.keys()]
    .filter((name) => reached.get(name)?.has(name))
    .map((name) =>
      [...imports.keys()].filter((other) => reached.get(name)?.has(other) && reached.get(other)?.has(name)).sort(),
    );
  return [...new Map(circles.map((circle) => [circle.join(), circle])).values()];
}

function reach(imports: ReadonlyMap<string, readonly string[]>, from: string): Set<string> {
  const reached = new Set<string>();
  const next = [...(imports.get(from) ?? [])];
  for (let name = next.pop(); name !== undefined; name = next.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    next.push(...(imports.get(name) ?? []));
  }
  return reached;
}
