/** Settings that keep Claude Code's hooks from working, found from its files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { hooksForbidden } from '../../../../src/host/agents/claude/forbidden.ts';
import { hookNames, parseVersion } from '../../../../src/host/agents/claude/plugin.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

let root: string;

beforeEach(async () => {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  root = path;
});

function why(settings: Record<string, unknown> = {}, version = '2.1.330 (Claude Code)', port: number | null = 4711) {
  for (const [file, content] of Object.entries(settings)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const paths = { directory: join(root, 'home'), cwd: join(root, 'work'), managed: join(root, 'managed') };
  return hooksForbidden({ version, port, ...paths });
}

test.each([
  ['there is nothing', {}],
  ['settings say nothing of hooks', { 'home/settings.json': { model: 'x', hooks: {} } }],
  ['settings can’t be read', { 'home/settings.json': 'garbage', 'managed/managed-settings.json': '[1' }],
  [
    'a list of addresses has ours',
    { 'home/settings.json': { allowedHttpHookUrls: ['https://x/*', 'http://127.0.0.1:*'] } },
  ],
  [
    'lists in two files have it together',
    {
      'home/settings.json': { allowedHttpHookUrls: [] },
      'work/.claude/settings.json': { allowedHttpHookUrls: ['http://127.0.0.1:4711/paliadin'] },
    },
  ],
  ['a list of variables has ours', { 'home/settings.json': { httpHookAllowedEnvVars: ['PALIADIN_HOOK_TOKEN'] } }],
  ['a user says what only an administrator can', { 'home/settings.json': { allowManagedHooksOnly: true } }],
])('hooks are not blocked when %s', (_what, settings) => {
  expect(why(settings)).toBeNull();
});

test.each([
  ['home/settings.json', { disableAllHooks: true }, 'disableAllHooks'],
  ['work/.claude/settings.json', { disableAllHooks: true }, 'disableAllHooks'],
  ['work/.claude/settings.local.json', { disableAllHooks: true }, 'disableAllHooks'],
  ['managed/managed-settings.json', { disableAllHooks: true }, 'disableAllHooks'],
  ['managed/managed-settings.json', { allowManagedHooksOnly: true }, 'managed hooks only'],
  ['managed/managed-settings.d/10-hooks.json', { allowManagedHooksOnly: true }, 'managed hooks only'],
  ['managed/managed-settings.json', { allowedHttpHookUrls: ['https://hooks.example/*'] }, 'without http://127.0.0.1:*'],
  ['home/settings.json', { allowedHttpHookUrls: [] }, 'without http://127.0.0.1:*'],
  ['home/settings.json', { httpHookAllowedEnvVars: ['OTHER'] }, 'without PALIADIN_HOOK_TOKEN'],
])('%s with %j blocks hooks, and is named', (file, settings, reason) => {
  expect(why({ [file]: settings })).toContain(join(root, file));
  expect(why()).toContain(reason);
});

describe('a version of Claude Code', () => {
  test('without a hook for text is refused as too old', () => {
    expect(why({}, '2.1.151 (Claude Code)')).toMatch(/2\.1\.151 is older/);
    expect(why({}, '2.1.152 (Claude Code)')).toBeNull();
  });

  test('that is unknown is tried', () => {
    expect(why({}, '3.0.0 (Claude Code)')).toBeNull();
    expect(why({}, 'nightly')).toBeNull();
    expect(hookNames('3.0.0')).toEqual(hookNames('2.1.197'));
  });

  test('is compared by number', () => {
    expect(hookNames('2.1.1000')).toEqual(hookNames('2.1.197'));
    expect(hookNames('2.1.99')).toBeNull();
    expect(parseVersion('claude 2.1.330-beta (Claude Code)')).toBe('2.1.330');
  });
});
