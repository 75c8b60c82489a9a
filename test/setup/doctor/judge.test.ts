/** How doctor judges a tmux version, two clocks, a Mac's keychain, and a host's report. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { examineClock } from '../../../src/setup/doctor/examine-remote.ts';
import { examineAgent } from '../../../src/setup/doctor/host/agent.ts';
import { judgeTmux } from '../../../src/setup/doctor/host/tmux.ts';
import { showCheck } from '../../../src/setup/doctor/show.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

test.each([
  ['tmux 2.9', false, /install/],
  ['tmux 3.1c', false, /install/],
  ['tmux 3.2', false, /install/],
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

test('a sign-in in a Mac’s keychain is not reported as missing', async () => {
  const { path: home, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const claude = join(home, 'claude');
  writeFileSync(claude, '#!/bin/sh\necho 2.1.197\n', { mode: 0o755 });
  const env = { HOME: home, PATH: home, PALIADIN_AGENT: 'claude' };
  const signIn = async (platform: NodeJS.Platform, more = {}) => {
    const own = { ...env, ...more };
    const checks = await examineAgent({ config: loadConfig(own, home), env: own }, platform);
    return checks.find(({ step }) => step === 'sign-in');
  };
  expect(await signIn('darwin')).toMatchObject({ ok: true, found: expect.stringContaining('keychain') });
  expect(await signIn('linux')).toMatchObject({ ok: false });
  expect(await signIn('linux', { ANTHROPIC_API_KEY: 'secret' })).toMatchObject({
    ok: true,
    found: 'by ANTHROPIC_API_KEY',
  });
  writeFileSync(join(home, '.credentials.json'), '{}');
  expect(await signIn('linux', { CLAUDE_CONFIG_DIR: home })).toMatchObject({ ok: true });
});

test('a host’s text stays on its line, with control characters escaped', () => {
  const text = showCheck({
    step: 'tmux',
    side: 'host',
    ok: false,
    found: 'a\u001b[2Jb\n✓ c \u202ed',
    remedy: 'd\u0007e',
  });
  expect(text).toEqual(['✗ host     tmux            a\\x1b[2Jb ✓ c \\u202ed', '                           → d\\x07e']);
});
