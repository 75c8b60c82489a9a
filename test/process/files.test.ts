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

test('a write replaces the whole file with mode 600, and leaves no other file', () => {
  const file = join(directory.path, 'entry.json');
  writeFileSync(file, 'a longer text than the next', { mode: 0o644 });
  writeAtomically(file, 'short');
  expect(readFileSync(file, 'utf8')).toBe('short');
  expect(modeOf(file, 0)).toBe(0o600);
  expect(readdirSync(directory.path)).toEqual(['entry.json']);
});

test('a failed write leaves the old file, and no other', () => {
  const file = join(directory.path, 'taken');
  mkdirSync(file);
  expect(() => writeAtomically(file, 'text')).toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(statSync(file).isDirectory()).toBe(true);
  expect(readdirSync(directory.path)).toEqual(['taken']);
});

test('a write through a link replaces the link’s target', () => {
  const [target, link] = [join(directory.path, 'target'), join(directory.path, 'link')];
  writeFileSync(target, 'old');
  symlinkSync(target, link);
  replaceFile(link, '\xff\xe4', 0o600, 'latin1');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect([...readFileSync(target)]).toEqual([0xff, 0xe4]);
});

test('parent directories are created for their owner only', () => {
  const file = join(directory.path, 'a', 'b', 'file');
  replaceFile(file, 'text', 0o644);
  expect(readIfExists(file)).toBe('text');
  expect(modeOf(join(directory.path, 'a'), 0)).toBe(0o700);
});

test('a missing file is null, and an unreadable one is an error', () => {
  expect(readIfExists(join(directory.path, 'none'))).toBeNull();
  expect(() => readIfExists(directory.path)).toThrow('EISDIR');
  expect(modeOf(join(directory.path, 'none'), 0o640)).toBe(0o640);
});

test('temporary files that a crash left are deleted, and nothing else', async () => {
  for (const name of ['entry.json', 'entry.json.0123456789ab.tmp']) writeFileSync(join(directory.path, name), '');
  await removeLeftovers(directory.path);
  expect(readdirSync(directory.path)).toEqual(['entry.json']);
});
