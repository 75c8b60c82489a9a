/** What is made of a tmux's version, and of two clocks. */
import { expect, test } from 'vitest';
import { examineClock } from '../../../src/main/doctor/examine-remote.ts';
import { judgeTmux } from '../../../src/main/doctor/host/tmux.ts';

test.each([
  ['tmux 2.9', false, /install/],
  ['tmux 3.1c', false, /install/],
  ['tmux 3.2', true, /before 3\.4/],
  ['tmux 3.3a', true, /before 3\.4/],
  ['tmux 3.4', true, null],
  ['tmux 3.6b', true, null],
  ['tmux next-3.7', true, null],
  ['tmux master', true, null],
])('%s', (said, ok, remedy) => {
  const { ok: judged, remedy: told } = judgeTmux(said, '/usr/bin/tmux');
  expect(judged).toBe(ok);
  if (remedy === null) expect(told).toBeNull();
  else expect(told).toMatch(remedy);
});

test.each([
  ['between question and answer', 1_500, true, ''],
  ['a little ahead', 6_000, true, ''],
  ['ahead', 62_000, false, '60 s ahead'],
  ['behind', -59_000, false, '60 s behind'],
])('a host’s clock %s', (_, host, ok, found) => {
  const judged = examineClock(host, 1_000, 2_000);
  expect(judged.ok).toBe(ok);
  expect(judged.found).toContain(found);
});
