import { execFileSync, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { readOptions } from '../../src/demo/options.ts';

const SURROUNDINGS = { locale: 'de_AT.UTF-8', newId: () => 'new-id' };

test('without options nothing is stored', () => {
  expect(readOptions([], SURROUNDINGS)).toEqual({
    logDirectory: null,
    replyFiles: false,
    dontAsk: false,
    mcpConfig: null,
    conversationDirectory: null,
    conversation: 'new-id',
    pace: 12,
    locale: 'de_AT.UTF-8',
  });
});

test.each([
  [['--pace', 'fast'], /--pace is a whole number/],
  [['--conversation', '../x'], /--conversation is made of/],
  [['--nonsense'], /--nonsense/],
  [['left over'], /left over/],
])('%j is refused', (args, reason) => {
  expect(() => readOptions(args, SURROUNDINGS)).toThrow(reason);
});

test('the program has a help text', () => {
  const help = execFileSync(process.execPath, ['src/demo/main.ts', '--help'], { encoding: 'utf8' });
  expect(help).toMatch(/^Usage: node src\/demo\/main\.ts/);
});

test('the program does not start without a terminal', () => {
  const { status, stderr } = spawnSync(process.execPath, ['src/demo/main.ts'], { encoding: 'utf8', input: '' });
  expect(status).toBe(64);
  expect(stderr).toMatch(/^the demo agent is an interactive program and needs a terminal\n/);
});
