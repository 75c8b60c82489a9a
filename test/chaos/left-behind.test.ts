import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startedBelow } from '../support/processes.ts';
import { temporaryDirectory } from '../support/temporary.ts';

test('a process that was started for a directory is found by its environment or its arguments, until it has ended', async () => {
  const { path, remove } = await temporaryDirectory();
  const children = [
    spawn('sleep', ['60'], { env: { HOME: `${path}/home` } }),
    spawn('sh', ['-c', 'read word', `${path}/word`], { env: {} }),
  ];
  await Promise.all(children.map((child) => once(child, 'spawn')));
  expect(startedBelow(path)).toEqual(expect.arrayContaining(children.map(({ pid }) => pid)));
  for (const child of children) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  expect(startedBelow(path)).toEqual([]);
  await remove();
});
