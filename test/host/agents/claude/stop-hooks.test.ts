/** Whether the end of an answer has to wait for the owner's Stop hooks. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { hasStopHooks } from '../../../../src/host/agents/claude/stop-hooks.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const STOP = { Stop: [{ hooks: [{ type: 'command', command: 'true' }] }] };
let root: string;

beforeEach(async () => {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  root = path;
});

function write(file: string, content: object): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), JSON.stringify(content));
}
const waits = () =>
  hasStopHooks({ directory: join(root, 'home'), cwd: join(root, 'work'), managed: join(root, 'managed') });

test.each(['home/settings.json', 'work/.claude/settings.local.json', 'managed/managed-settings.json'])(
  'the end of an answer waits for Stop hooks in %s',
  (file) => {
    expect(waits()).toBe(false);
    write(file, { hooks: STOP });
    expect(waits()).toBe(true);
  },
);

test.each<[string, object]>([
  ['other hooks', { hooks: { PreToolUse: STOP.Stop } }],
  ['an empty list', { hooks: { Stop: [] } }],
  ['something else', { hooks: 'none' }],
])('the end of an answer does not wait for %s', (_what, settings) => {
  write('home/settings.json', settings);
  expect(waits()).toBe(false);
});

test('the end of an answer waits for Stop hooks of an installed and enabled plugin', () => {
  write('plugin/hooks/hooks.json', { hooks: STOP });
  write('home/plugins/installed_plugins.json', { plugins: { 'p@m': [{ installPath: join(root, 'plugin') }] } });
  write('home/settings.json', { enabledPlugins: { 'p@m': false, 'other@m': true } });
  expect(waits()).toBe(false);
  write('home/settings.json', { enabledPlugins: { 'p@m': true } });
  expect(waits()).toBe(true);
});
