import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { modeOf, readIfExists, removeLeftovers, replaceFile, writeAtomically } from '../../src/process/files.ts';
import { temporaryDirectory } from '../support/temporary.ts';

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => directory.remove());

test('a write replaces the whole file, for its owner alone, and leaves nothing beside it', () => {
  const file = join(directory.path, 'entry.json');
  writeFileSync(file, 'a longer text than the next', { mode: 0o644 });
  writeAtomically(file, 'short');
  expect(readFileSync(file, 'utf8')).toBe('short');
  expect(modeOf(file, 0)).toBe(0o600);
  expect(readdirSync(directory.path)).toEqual(['entry.json']);
});

test('a write that fails leaves the old file, and nothing beside it', () => {
  const file = join(directory.path, 'taken');
  mkdirSync(file);
  expect(() => writeAtomically(file, 'text')).toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(statSync(file).isDirectory()).toBe(true);
  expect(readdirSync(directory.path)).toEqual(['taken']);
});

test('where there is a link, what it leads to is replaced, byte for byte', () => {
  const [target, link] = [join(directory.path, 'target'), join(directory.path, 'link')];
  writeFileSync(target, 'old');
  symlinkSync(target, link);
  replaceFile(link, '\xff\xe4', 0o600, 'latin1');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect([...readFileSync(target)]).toEqual([0xff, 0xe4]);
});

test('directories on the way are made, for their owner alone', () => {
  const file = join(directory.path, 'a', 'b', 'file');
  replaceFile(file, 'text', 0o644);
  expect(readIfExists(file)).toBe('text');
  expect(modeOf(join(directory.path, 'a'), 0)).toBe(0o700);
});

test('a file that is not there is null, and what can’t be read is an error', () => {
  expect(readIfExists(join(directory.path, 'none'))).toBeNull();
  expect(() => readIfExists(directory.path)).toThrow('EISDIR');
  expect(modeOf(join(directory.path, 'none'), 0o640)).toBe(0o640);
});

test('what a crash left of a write is removed, and nothing else', async () => {
  for (const name of ['entry.json', 'entry.json.0123456789ab.tmp']) writeFileSync(join(directory.path, name), '');
  await removeLeftovers(directory.path);
  expect(readdirSync(directory.path)).toEqual(['entry.json']);
});
