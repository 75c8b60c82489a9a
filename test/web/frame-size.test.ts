/** The first look at the chat, as a proxy would compress it: what its HTML names is loaded before anything can be typed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const BUILT = join(import.meta.dirname, '../../dist/web');

test.for(['embed.html', 'index.html'])('what %s loads first is at most 150 kB', async (page) => {
  const html = await readFile(join(BUILT, page), 'utf8');
  const named = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file]) => file ?? '');
  expect(named.length).toBeGreaterThan(1);
  const files = await Promise.all([page, ...named].map((file) => readFile(join(BUILT, file))));
  expect(files.reduce((sum, file) => sum + gzipSync(file).length, 0)).toBeLessThanOrEqual(150_000);
});
