import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import config from '../../vitest.config.ts';

const page = readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => /^\| (F\d+)? \|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, fault = '', , , sqlite = '', postgres = '']) => ({ fault, sqlite, postgres }));

function filesOf(name: string): string[] {
  return [`${name}.test.ts`, `${name}.nightly.test.ts`]
    .map((file) => `test/faults/${file}`)
    .filter((file) => existsSync(new URL(`../../${file}`, import.meta.url)));
}

const namesIn = (cell: string) => [...cell.matchAll(/`([a-z-]+)`/g)].map(([, name = '']) => name);

test('the table of faults has F1 to F31, each with a test or a reason for each store', () => {
  expect(rows.map(({ fault }) => fault).filter(Boolean)).toEqual(Array.from({ length: 31 }, (_, at) => `F${at + 1}`));
  for (const { sqlite, postgres } of rows) expect([sqlite, postgres]).not.toContain('');
});

test.each(rows)('the tests that the table names for $fault are there, and about it', ({ fault, sqlite, postgres }) => {
  for (const cell of [sqlite, postgres]) {
    for (const name of namesIn(cell)) {
      const files = filesOf(name);
      expect([name, files.length]).not.toEqual([name, 0]);
      const text = files.map((file) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')).join('');
      if (fault !== '' && fault !== 'F27')
        expect([name, new RegExp(`\\b${fault}\\b`).test(text)]).toEqual([name, true]);
    }
  }
});

test('the table says which tests run by night alone', () => {
  for (const { sqlite } of rows) {
    for (const [said, name] of sqlite.matchAll(/`([a-z-]+)`(?: \*\(nightly\)\*)?/g)) {
      const kind = said.endsWith('(nightly)*') ? '.nightly' : '';
      expect(filesOf(name ?? '')).toContain(`test/faults/${name}${kind}.test.ts`);
    }
  }
});

test('what the table names for PostgreSQL runs there', () => {
  const projects = (config as { test: { projects: { test?: { name?: string; exclude?: string[] } }[] } }).test.projects;
  const notThere = projects.find(({ test: project }) => project?.name === 'postgres')?.test?.exclude ?? [];
  const chooses = ['store-disk-full', 'postgres-away', 'several-gateways', 'rolling-restart'];
  for (const name of new Set(rows.flatMap(({ postgres }) => namesIn(postgres)))) {
    const left = filesOf(name).filter((file) => notThere.includes(file));
    expect([name, chooses.includes(name) ? [] : left]).toEqual([name, []]);
  }
});
