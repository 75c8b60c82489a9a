import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { BareClone, said } from './bare-clone.ts';

/** What a clone says that has to be set up. */
const SETS_UP = 'paliadin: installing packages\npaliadin: building the programs\n';

test('a command runs on a fresh clone, and its stdout has only its own output', async () => {
  using clone = new BareClone();
  const first = await clone.run('paliadin', 'token', 'create', '--user', 'a b');
  expect(first).toMatchObject({ code: 0, stderr: SETS_UP });
  expect(JSON.parse(first.stdout)).toMatchObject({ args: ['token', 'create', '--user', 'a b'], cwd: os.tmpdir() });
  expect(clone.has('node_modules/vite/package.json')).toBe(true);

  const second = await clone.run('paliadin', 'again');
  expect(second).toMatchObject({ code: 0, stderr: '' });
});

test('a changed lockfile is installed, an unchanged one is not', async () => {
  using clone = new BareClone();
  await clone.run('paliadin', 'x');
  clone.write('node_modules/left-over/package.json', '{}');
  expect(await clone.run('paliadin', 'x')).toMatchObject({ stderr: '' });
  expect(clone.has('node_modules/left-over')).toBe(true);

  clone.writeLockfile('2.0.0');
  expect(await clone.run('paliadin', 'x')).toMatchObject({ stderr: SETS_UP });
  expect(clone.has('node_modules/left-over')).toBe(false);
});

test('packages installed by hand are not installed again', async () => {
  using clone = new BareClone();
  await clone.run('paliadin', 'x');
  fs.rmSync(path.join(clone.directory, 'node_modules', '.paliadin-stamp'));
  expect(await clone.run('paliadin', 'x')).toMatchObject({ code: 0, stderr: '' });
});

test('a failing npm prints its error and ours, and does not block the next try', async () => {
  using clone = new BareClone();
  const manifest = path.join(clone.directory, 'package.json');
  const good = fs.readFileSync(manifest, 'utf8');
  clone.write('package.json', good.replace('file:vite', 'file:gone'));
  const failed = await clone.run('paliadin', 'x');
  expect(failed).toMatchObject({ code: 1, stdout: '' });
  expect(failed.stderr).toMatch(/npm (error|ERR!)/);
  expect(failed.stderr).toContain('run the same command again');
  expect(fs.existsSync(clone.lock)).toBe(false);

  clone.write('package.json', good);
  expect(await clone.run('paliadin', 'x')).toMatchObject({ code: 0 });
});

test('stopping during the installation stops at once, and does not block the next try', async () => {
  using clone = new BareClone();
  clone.write('endless/npm-cli.js', "console.error('endless'); setInterval(() => {}, 1_000);");
  clone.env = { ...process.env, npm_execpath: path.join(clone.directory, 'endless', 'npm-cli.js') };
  const child = clone.start('paliadin', 'x');
  await said(child.stderr, 'endless');
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([143, null]);
  expect(fs.existsSync(clone.lock)).toBe(false);

  clone.env = process.env;
  expect(await clone.run('paliadin', 'x')).toMatchObject({ code: 0 });
});

test('of several started at once one installs, and all of them run', async () => {
  using clone = new BareClone();
  const runs = await Promise.all([clone.run('paliadin', 'a'), clone.run('paliadin', 'b'), clone.run('paliadin', 'c')]);
  expect(runs.map(({ code, stdout }) => [code, JSON.parse(stdout).args])).toEqual([
    [0, ['a']],
    [0, ['b']],
    [0, ['c']],
  ]);
  expect(runs.filter(({ stderr }) => stderr.includes('installing packages'))).toHaveLength(1);
  expect(runs.filter(({ stderr }) => stderr.includes('building the programs'))).toHaveLength(1);
  expect(fs.existsSync(clone.lock)).toBe(false);
});

test('a lock is waited for while its owner is alive', async () => {
  using clone = new BareClone();
  clone.write('dist/bootstrap.lock', `${process.pid} ${os.hostname()} 0`);
  const child = clone.start('paliadin', 'x');
  await said(child.stderr, `waiting for process ${process.pid}`);
  expect(clone.has('node_modules')).toBe(false);

  fs.rmSync(clone.lock);
  await said(child.stdout, '"args":["x"]');
});

test('the lock of a dead process is taken over', async () => {
  using clone = new BareClone();
  const dead = clone.start('zz');
  await once(dead, 'close');
  clone.write('dist/bootstrap.lock', `${dead.pid} ${os.hostname()} 0`);
  expect(await clone.run('paliadin', 'x')).toMatchObject({ code: 0, stderr: SETS_UP });
});

test('the lock of another machine is taken over when it is old', async () => {
  using clone = new BareClone();
  clone.write('dist/bootstrap.lock', '1 elsewhere 0');
  const longAgo = new Date(Date.now() - 3_600_000);
  fs.utimesSync(clone.lock, longAgo, longAgo);
  expect(await clone.run('paliadin', 'x')).toMatchObject({ code: 0, stderr: SETS_UP });
});

test('an unknown command lists the known ones', async () => {
  using clone = new BareClone();
  const { code, stdout, stderr } = await clone.run('strat');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('start|example|paliadin|check|test|test:nightly|test:chaos|test:agents|build|bench');
});
