/** Which key bindings of the owner conflict with the keys that the driver presses. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { enterBound, keysBound } from '../../../../src/host/agents/claude/keys.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

async function directoryWith(keys: unknown): Promise<string> {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  if (keys !== undefined) writeFileSync(join(path, 'keybindings.json'), JSON.stringify(keys));
  return path;
}
const inContext = (context: string, bindings: object) => ({ bindings: [{ context, bindings }] });

test.each<[string, unknown, string[]]>([
  ['no file', undefined, []],
  ['a file that Claude Code can’t read', [], []],
  ['other keys', inContext('Chat', { 'ctrl+e': 'chat:externalEditor', 'shift+enter': 'chat:newline' }), []],
  ['the same keys', inContext('Chat', { enter: 'chat:submit', escape: 'chat:cancel' }), []],
  ['Enter in a menu', inContext('Autocomplete', { enter: 'autocomplete:accept' }), []],
  ['Enter for a new line', inContext('Chat', { enter: 'chat:newline' }), ['Enter']],
  ['Enter for nothing', inContext('Chat', { Return: null }), ['Enter']],
  ['Escape that begins something', inContext('Chat', { 'esc g': 'chat:externalEditor' }), ['Escape']],
  ['both', inContext('Global', { enter: 'app:redraw', escape: null }), ['Enter', 'Escape']],
])('%s', async (_what, keys, expected) => {
  const directory = await directoryWith(keys);
  expect(keysBound(directory)?.keys ?? []).toEqual(expected);
  const hindrance = enterBound(directory);
  if (expected.includes('Enter')) expect(hindrance).toContain(join(directory, 'keybindings.json'));
  else expect(hindrance).toBeNull();
});
