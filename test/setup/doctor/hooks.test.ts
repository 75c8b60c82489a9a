/** What doctor reports about how Claude Code's answers are read. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { examineHooks } from '../../../src/setup/doctor/host/hooks.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

let home: string;
beforeEach(async () => {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  home = path;
  mkdirSync(join(home, '.claude'));
});

function look({
  version = '2.1.332 (Claude Code)',
  driverName = 'claude' as 'claude' | 'reply-file',
  settings = {},
} = {}) {
  writeFileSync(join(home, '.claude', 'settings.json'), JSON.stringify(settings));
  const env = { HOME: home };
  const config = loadConfig({ PALIADIN_STATE_DIR: join(home, 'state') }, home);
  return examineHooks({ name: 'claude', driverName, program: '/usr/bin/claude' }, version, { config, env });
}

test('doctor reports that Claude Code’s hooks are used', () => {
  const { ok, found, remedy } = look();
  expect({ ok, found, remedy }).toMatchObject({ ok: true, found: expect.stringMatching(/tells how an answer comes/) });
  expect(remedy ?? null).toBeNull();
});

test.each([
  ['are switched off', { disableAllHooks: true }, /not used: .*settings\.json has disableAllHooks/],
  [
    'may not call here',
    { allowedHttpHookUrls: ['https://example.org/*'] },
    /not used: .*allowedHttpHookUrls without http:\/\/127/,
  ],
  ['may not show who they are', { httpHookAllowedEnvVars: ['OTHER'] }, /not used: .*httpHookAllowedEnvVars without/],
])('hooks that %s are reported, with the consequence', (_what, settings, found) => {
  expect(look({ settings })).toMatchObject({
    ok: true,
    found: expect.stringMatching(found),
    remedy: expect.stringContaining('an answer appears when it is whole'),
  });
});

test.each(['2.1.333 (Claude Code)', '3.0.0', 'a word'])(
  'an untested version (%s) is accepted with a warning',
  (version) => {
    expect(look({ version })).toMatchObject({
      ok: true,
      found: expect.stringMatching(/tells how an answer comes/),
      remedy: expect.stringMatching(/newer than those that were tried/),
    });
  },
);

test('the reply-file driver is reported as set by PALIADIN_DRIVER', () => {
  expect(look({ driverName: 'reply-file' }).found).toMatch(/PALIADIN_DRIVER is reply-file/);
});
