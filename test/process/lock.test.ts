/** One process per directory: for as long as that process lives, and no longer. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { acquireLock } from '../../src/process/lock.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const HOLDER = fileURLToPath(new URL('./programs/hold-lock.ts', import.meta.url));

test('a lock lasts until its process ends, even if nothing refers to it', async () => {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const file = join(path, 'daemon.lock');
  const holder = spawn(process.execPath, ['--expose-gc', HOLDER, file], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void holder.kill('SIGKILL'));
  const [said] = await once(holder.stdout, 'data');
  expect(String(said)).toBe('held\n');
  expect(await acquireLock(file)).toBeNull();
  const ended = once(holder, 'exit');
  holder.kill('SIGKILL');
  await ended;
  const release = await acquireLock(file);
  expect(release).toBeTypeOf('function');
  release?.();
});

test('a lock can be released', async () => {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const file = join(path, 'gateway.lock');
  const release = await acquireLock(file);
  expect(await acquireLock(file)).toBeNull();
  release?.();
  (await acquireLock(file))?.();
});
