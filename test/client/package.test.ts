/** What other programs get as `paliadin/client`: one small file that imports nothing, and types that stand alone. */
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../store/temporary-store.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MOST_BYTES = 6 * 1024;

test('the built client is at most 6 kB, and imports nothing', async () => {
  const code = await readFile(join(ROOT, 'dist/web/client.js'));
  expect(gzipSync(code).length).toBeLessThan(MOST_BYTES);
  expect(code.toString()).not.toMatch(/\bimport\b\s*[({"'*]|\brequire\(|\bprocess\b|\bBuffer\b/);
});

test('a program finds the client and its types by name, and asks with them', async () => {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, 'node_modules'));
  await symlink(ROOT, join(directory, 'node_modules', 'paliadin'));
  await writeFile(
    join(directory, 'app.mts'),
    `import { createClient, type TurnView } from 'paliadin/client';
const client = createClient({ url: 'http://127.0.0.1:1', token: async () => 'x', pause: async () => {} });
const ask: (message: string) => Promise<TurnView> = (message) => client.ask({ message, pageOrigin: '/' });
// @ts-expect-error: there is no such field
client.ask({ message: 'x', pageorigin: '/' });
ask('x').catch((error) => console.log(error.name, error.why));
`,
  );
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const options = ['--noEmit', 'false', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022'];
  const lib = ['--lib', 'es2024,dom,dom.iterable', '--types', ''];
  execFileSync(process.execPath, [tsc, ...options, ...lib, 'app.mts'], { cwd: directory, stdio: 'inherit' });
  await writeFile(
    join(directory, 'run.mjs'),
    (await readFile(join(directory, 'app.mjs'), 'utf8')).replace(/client\.ask\(\{ message: 'x', pageorigin.*\n/, ''),
  );
  const said = execFileSync(process.execPath, ['run.mjs'], { cwd: directory, encoding: 'utf8' });
  expect(said).toBe('Unreachable network\n');
});
