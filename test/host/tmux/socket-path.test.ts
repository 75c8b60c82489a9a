/** Socket paths are limited: a longer one is refused with what to do, before anything is started. */
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkSocketPath, probePath, socketPath } from '../../../src/host/tmux/socket-path.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

test('each session has its own path, always the same', () => {
  const names = Array.from({ length: 500 }, (_, number) => `session-${number}`);
  const paths = names.map((name) => socketPath('/run', name));
  expect(new Set(paths).size).toBe(names.length);
  expect(socketPath('/run', 'session-7')).toBe(paths[7]);
});

test('the longest accepted path can be listened on, with its probe', async () => {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const room = 103 - probePath('').length - path.length - 1;
  const longest = join(path, 'x'.repeat(room));
  expect(checkSocketPath(longest)).toBe(longest);
  const server = createServer().listen(probePath(longest));
  await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
  await new Promise((resolve) => server.close(resolve));
  expect(() => checkSocketPath(`${longest}x`)).toThrow();
});

test('a longer path is refused with what to set; bytes count, not characters', () => {
  const refusal = { code: 'shim_error', detail: expect.stringContaining('set PALIADIN_STATE_DIR to a shorter one') };
  expect(() => socketPath(`/home/${'x'.repeat(100)}`, 'one')).toThrow(expect.objectContaining(refusal));
  expect(() => socketPath(`/home/${'ü'.repeat(40)}`, 'one')).toThrow(expect.objectContaining(refusal));
});
