import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { build } from '../../bootstrap/build.mjs';

const ROOT = path.join(import.meta.dirname, '..', '..');

test('the page is built again only when one of its sources changed', async () => {
  const clone = fs.mkdtempSync(path.join(os.tmpdir(), 'paliadin page '));
  onTestFinished(() => fs.rmSync(clone, { recursive: true }));
  const write = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(clone, file)), { recursive: true });
    fs.writeFileSync(path.join(clone, file), text);
  };
  write('node_modules/.keep', '');
  fs.symlinkSync(path.join(ROOT, 'node_modules', 'vite'), path.join(clone, 'node_modules', 'vite'));
  write(
    'vite.config.ts',
    "export default { root: 'src/web', build: { outDir: '../../dist/web', emptyOutDir: true } };",
  );
  write('src/web/index.html', '<title>first</title>');
  write('src/contract/turn.ts', '');

  const page = path.join(clone, 'dist', 'web', 'index.html');
  const buildPage = () => build('page', clone, { path: process.execPath }, process.env);
  const builtAgain = async () => {
    fs.writeFileSync(page, 'old');
    await buildPage();
    return fs.readFileSync(page, 'utf8') !== 'old';
  };

  await buildPage();
  expect(fs.readFileSync(page, 'utf8')).toContain('first');
  expect(await builtAgain()).toBe(false);
  write('src/host/journal.ts', 'not of the page');
  expect(await builtAgain()).toBe(false);
  write('src/contract/turn.ts', 'changed');
  expect(await builtAgain()).toBe(true);
  fs.renameSync(path.join(clone, 'src/contract/turn.ts'), path.join(clone, 'src/contract/turns.ts'));
  expect(await builtAgain()).toBe(true);

  write('src/web/index.html', '<script type="module" src="./gone.ts"></script>');
  await expect(buildPage()).rejects.toThrow(/could not build the page/);
  write('src/web/index.html', '<title>second</title>');
  await buildPage();
  expect(fs.readFileSync(page, 'utf8')).toContain('second');
});
