/** Following files: every complete line once, whenever it is written, and none missing at the end. */
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tail } from '../../../src/host/agents/tail.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

async function followed() {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const file = join(path, 'log');
  const stop = new AbortController();
  const lines = tail(file, stop.signal);
  return { file, stop, lines, next: async () => (await lines.next()).value };
}

test('lines arrive as they are written, also to a file created later', async () => {
  const { file, stop, next, lines } = await followed();
  const first = next();
  writeFileSync(file, 'one\ntw');
  expect(await first).toBe('one');
  const second = next();
  appendFileSync(file, 'o\n');
  expect(await second).toBe('two');
  appendFileSync(file, 'three\nfour\n');
  expect([await next(), await next()]).toEqual(['three', 'four']);
  stop.abort();
  expect(await lines.next()).toEqual({ value: undefined, done: true });
});

test('complete lines written before the end arrive, a partial one does not', async () => {
  const { file, stop, lines } = await followed();
  writeFileSync(file, 'one\ntwo\nhalf');
  stop.abort();
  expect(await Array.fromAsync(lines)).toEqual(['one', 'two']);
});

test('a character written in two pieces is read correctly', async () => {
  const { file, next, lines } = await followed();
  const bytes = Buffer.from('🙂 ü\n');
  for (const byte of bytes) appendFileSync(file, Buffer.of(byte));
  expect(await next()).toBe('🙂 ü');
  await lines.return(undefined);
});

test('a line that is too long is skipped, and the next one is read', async () => {
  const { file, stop, lines } = await followed();
  writeFileSync(file, `before\n${'x'.repeat(3 * 1024 * 1024)}\nafter\n`);
  stop.abort();
  expect(await Array.fromAsync(lines)).toEqual(['before', 'after']);
});

test('thousands of lines written at once all arrive', async () => {
  const { file, stop, lines } = await followed();
  const written = Array.from({ length: 20_000 }, (_, number) => `line ${number} ${'.'.repeat(number % 50)}`);
  writeFileSync(`${file}.new`, `${written.join('\n')}\n`);
  renameSync(`${file}.new`, file);
  stop.abort();
  expect(await Array.fromAsync(lines)).toEqual(written);
});

test('a file that is never created gives no lines', async () => {
  const { stop, lines } = await followed();
  const end = lines.next();
  stop.abort();
  expect(await end).toEqual({ value: undefined, done: true });
});

test('a missing directory is an error', async () => {
  const lines = tail('/nowhere/at/all', new AbortController().signal);
  await expect(lines.next()).rejects.toThrow('ENOENT');
});
