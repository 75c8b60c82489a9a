import { execFile } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';
import { withNode } from '../../bootstrap/run.mjs';
import { BareClone, said } from './bare-clone.ts';

test('the command’s exit code is passed on', async () => {
  using clone = new BareClone();
  expect(await clone.run('paliadin', 'exit', '42')).toMatchObject({ code: 42 });
});

test.each(['the bootstrap', 'npm'])('SIGTERM to %s lets the command end by itself', async (whom) => {
  using clone = new BareClone();
  const child = whom === 'npm' ? clone.startByNpm('paliadin', '--', 'wait') : clone.start('paliadin', 'wait');
  await said(child.stdout, 'waiting');
  child.kill('SIGTERM');
  await said(child.stdout, 'got SIGTERM');
  expect(await once(child, 'close')).toEqual([7, null]);
});

test('SIGINT is passed on without a terminal', async () => {
  using clone = new BareClone();
  const child = clone.start('paliadin', 'wait');
  await said(child.stdout, 'waiting');
  child.kill('SIGINT');
  await said(child.stdout, 'got SIGINT');
  expect(child.exitCode).toBe(null);
});

test('Ctrl-C in a terminal reaches the command once, even through npm', async () => {
  using clone = new BareClone();
  const tmux = (...args: string[]) =>
    promisify(execFile)('tmux', ['-S', path.join(clone.directory, 'tmux'), '-f', '/dev/null', ...args]);
  const screen = async () => (await tmux('capture-pane', '-p')).stdout;
  const appears = (words: string) =>
    vi.waitFor(async () => expect(await screen()).toContain(words), { timeout: 20_000, interval: 50 });

  await tmux(
    'new-session',
    '-d',
    '-x',
    '200',
    '-c',
    clone.directory,
    'npm run -s paliadin -- wait; echo ended with $?; cat',
  );
  try {
    await appears('waiting');
    await tmux('send-keys', 'C-c');
    await appears('got SIGINT');
    // Had the signal come twice, the second would be here before anyone can have typed a line and been heard.
    await tmux('send-keys', 'hello', 'Enter');
    await appears('heard');
    expect((await screen()).match(/got SIGINT/g)).toHaveLength(1);
  } finally {
    await tmux('kill-server');
  }
});

test('commands find the chosen Node first, and PATH is unchanged if they already do', () => {
  const node = { path: process.execPath };
  const own = path.dirname(process.execPath);
  expect(withNode(node, { PATH: '/bin' }).PATH).toBe(`${own}:/bin`);
  expect(withNode(node, { PATH: `/nowhere:${own}:/bin` }).PATH).toBe(`/nowhere:${own}:/bin`);
});
