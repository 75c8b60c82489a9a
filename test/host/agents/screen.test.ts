/** How an agent's screen is read. The files are captures of the demo agent's pane. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readScreen } from '../../../src/host/agents/screen.ts';

const BUSY = /· working\b/;
const lines = (name: string) => readFileSync(new URL(`./screens/${name}.txt`, import.meta.url), 'utf8').split('\n');
const readLines = (lines: string[]) => readScreen({ lines, cursor: { row: 0, column: 0 }, title: 'demo agent' }, BUSY);
const read = (name: string) => readLines(lines(name));

test.each([
  ['ready', { state: 'ready', box: 'empty' }],
  ['hint', { state: 'ready', box: 'empty' }],
  ['answer', { state: 'ready', box: 'empty' }],
  ['text', { state: 'ready', box: 'full' }],
  ['lines', { state: 'ready', box: 'full' }],
  ['pasted', { state: 'ready', box: 'full' }],
  ['busy', { state: 'busy', box: 'empty' }],
  ['busy-text', { state: 'busy', box: 'full' }],
  [
    'approval',
    { state: 'dialog', text: 'Permission / Allow: delete file x? / 1. Yes / 2. No / demo agent · dialog · 1 or 2' },
  ],
  [
    'question',
    {
      state: 'dialog',
      text: 'Question / Which cases do you want to see? / 1. The open cases / 2. The overdue cases / 3. The closed cases / demo agent · dialog · 1, 2 or 3',
    },
  ],
  [
    'dialog',
    { state: 'dialog', text: 'Trust / Trust this folder? / 1. Yes, I trust it / 2. No / demo agent · dialog · 1 or 2' },
  ],
])('%s', (name, reading) => {
  expect(read(name)).toEqual(reading);
});

test('an input box with the conversation’s name in its upper edge is read as any other', () => {
  const edge = '─'.repeat(60);
  for (const upper of [`${edge} The cases of 2026 ─`, `── a ─ b ──`, `${edge} 2026 ──  `]) {
    expect(readLines(['● Done.', upper, '❯ ', edge, '  ? for shortcuts'])).toEqual({ state: 'ready', box: 'empty' });
    expect(readLines(['● Done.', upper, '❯ text', '  more', edge])).toEqual({ state: 'ready', box: 'full' });
  }
});

describe('a screen without an input box', () => {
  test.each([
    ['is empty', []],
    ['has a shell on it', ['$ claude', 'Loading…']],
    ['has half a box', ['─'.repeat(120), '❯ ']],
    ['has rules without a prompt', ['─'.repeat(120), 'a table', '─'.repeat(120)]],
  ])('%s', (_what, screen) => {
    expect(readLines(screen)).toEqual({ state: 'starting' });
  });
});

describe('earlier conversation on the screen', () => {
  test('is not read as the box: the lowest one counts', () => {
    const said = ['─'.repeat(40), '❯ what somebody pasted', '─'.repeat(40), '  demo agent · working 3s'];
    expect(readLines([...said, ...lines('ready')])).toEqual({ state: 'ready', box: 'empty' });
  });

  test('is not read as a dialog while there is a box', () => {
    expect(readLines(['1. Yes', '2. No', ...lines('ready')])).toEqual({ state: 'ready', box: 'empty' });
  });

  test('is not part of a dialog’s text', () => {
    const conversation = ['  1. a list in an answer', '  2. of something private', '> a private question'];
    const reading = readLines([...conversation, ...lines('dialog')]);
    expect(reading).toEqual(read('dialog'));
  });
});

test('a dialog without a frame is read with the lines above its options, up to a limit', () => {
  const screen = ['Do you trust this folder?', '', ' ❯ 1. Yes', '   2. No', ...Array(50).fill('x'.repeat(100))];
  const reading = readLines(screen);
  expect(reading).toMatchObject({
    state: 'dialog',
    text: expect.stringMatching(/^Do you trust this folder\? \/ 1\. Yes/),
  });
  expect(reading.state === 'dialog' && reading.text.length).toBeLessThanOrEqual(400);
});

test('only the agent’s own status line shows that it is busy', () => {
  const screen = ['  demo agent · working 3s · esc to interrupt', ...lines('ready')];
  expect(readLines(screen)).toEqual({ state: 'ready', box: 'empty' });
});
