/** What an agent may have put in the place of a file: only an ordinary file of its own is read. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { readOwnFile, sizeOfOwnFile } from '../../src/host/own-file.ts';
import { temporaryDirectory } from '../support/temporary.ts';

let root: string;
let secret: string;

beforeEach(async () => {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  root = join(path, 'home');
  secret = join(path, 'owners');
  mkdirSync(join(root, 'projects'), { recursive: true });
  mkdirSync(secret);
  writeFileSync(join(secret, 'key'), 'secret');
});

const read = (path: string) => readOwnFile(path, { root, maxBytes: 100 });

test('an ordinary file is read, up to the size limit', () => {
  const file = join(root, 'projects', 'a.jsonl');
  writeFileSync(file, 'x'.repeat(150));
  expect(read(file)).toBe('x'.repeat(100));
  expect(sizeOfOwnFile(file, root)).toBe(150);
});

test('a root behind a link of the owner’s works', () => {
  renameSync(root, `${root}.real`);
  symlinkSync(`${root}.real`, root);
  const file = join(root, 'projects', 'a.jsonl');
  writeFileSync(file, 'own');
  expect(read(file)).toBe('own');
});

test('a link in the place of the file is not followed', () => {
  const file = join(root, 'a.jsonl');
  symlinkSync(join(secret, 'key'), file);
  expect(read(file)).toBeNull();
  expect(sizeOfOwnFile(file, root)).toBe(0);
});

test('a link in the place of a parent directory is not followed', () => {
  symlinkSync(secret, join(root, 'linked'));
  expect(read(join(root, 'linked', 'key'))).toBeNull();
});

test.each(['../owners/key', 'projects/../../owners/key'])('a path that leads outside (%s) is not read', (path) => {
  expect(read(`${root}/${path}`)).toBeNull();
});

test('a file outside the root is not read, whatever its name', () => {
  expect(read(join(secret, 'key'))).toBeNull();
  expect(read('/etc/passwd')).toBeNull();
  expect(read('relative')).toBeNull();
});

test('a pipe, a device or a directory is not read, and does not block', () => {
  const pipe = join(root, 'pipe');
  execFileSync('mkfifo', [pipe]);
  expect(read(pipe)).toBeNull();
  expect(readOwnFile('/dev/zero', { root: '/dev', maxBytes: 10 })).toBeNull();
  expect(read(join(root, 'projects'))).toBeNull();
  expect(read(join(root, 'nothing'))).toBeNull();
});

test('a directory replaced by a link during opening is not followed', async () => {
  const directory = join(root, 'swapped');
  mkdirSync(directory);
  writeFileSync(join(directory, 'key'), 'own');
  symlinkSync(secret, join(root, 'link'));
  const swapping = spawn(process.execPath, ['-e', SWAP], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void swapping.kill('SIGKILL'));
  await once(swapping.stdout, 'data');
  const seen = new Set<string | null>();
  for (let reads = 0; reads < 10_000; reads++) seen.add(read(join(directory, 'key')));
  // Each is seen some thousand times.
  expect(seen).toEqual(new Set(['own', null]));
});

/** Puts the link in the place of the directory and back, as fast as it can. */
const SWAP = `
const { renameSync } = require('fs');
process.stdout.write('begins');
for (;;) {
  renameSync('swapped', 'aside');
  renameSync('link', 'swapped');
  renameSync('swapped', 'link');
  renameSync('aside', 'swapped');
}`;
