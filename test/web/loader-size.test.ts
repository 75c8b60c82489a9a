/** Every page of the application loads it, on every visit. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const LOADER = join(import.meta.dirname, '../../dist/web/embed.js');

test('the built loader is at most 2 kB, imports nothing, and leaves no name but its own', async () => {
  const script = await readFile(LOADER, 'utf8');
  expect(gzipSync(script).length).toBeLessThanOrEqual(2048);
  expect(script).not.toMatch(/\bimport\b|\beval\b|innerHTML|document\.write|setAttribute\(.style/);
  expect(script).toMatch(/^\(function\(\)\{/);
});
