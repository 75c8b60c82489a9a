/** Whether bracketed paste is on is read from the output alone, however it is cut into pieces. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { followPasteMode } from '../../../src/host/tmux/paste-mode.ts';

/** As control mode writes it. */
const ESC = '\\033';
const on = `${ESC}[?2004h`;
const off = `${ESC}[?2004l`;

function after(pieces: string[], initially = false): boolean {
  const mode = followPasteMode(initially);
  for (const piece of pieces) mode.follow(piece);
  return mode.on;
}

test.each([
  ['nothing', '', null],
  ['on', on, true],
  ['off', off, false],
  ['on, then off', `${on}text${off}`, false],
  ['off, then on', `${off}${on}`, true],
  ['together with others', `${ESC}[?1049;2004;25h`, true],
  ['together with others, off', `${ESC}[?25;2004l`, false],
  ['a full reset', `${on}${ESC}c`, false],
  ['another mode', `${ESC}[?1049h${ESC}[?25l`, null],
  ['a longer number', `${ESC}[?12004h${ESC}[?20041h`, null],
  ['no private mode', `${ESC}[2004h`, null],
  ['written as text', '\\134033[?2004h 033[?2004h ESC[?2004h', null],
])('%s', (_what, output, expected) => {
  for (const initially of [true, false]) expect(after([output], initially)).toBe(expected ?? initially);
});

test('the result does not depend on where the output is cut', () => {
  const parts = fc.constantFrom(
    on,
    off,
    `${ESC}[?1;2004h`,
    `${ESC}c`,
    `${ESC}[?25h`,
    `${ESC}[31m`,
    'text',
    ESC,
    '[?20',
    '04h',
    ';',
  );
  fc.assert(
    fc.property(
      fc.array(parts, { maxLength: 20 }),
      fc.boolean(),
      fc.array(fc.nat(), { maxLength: 30 }),
      (all, initially, at) => {
        const whole = all.join('');
        const cuts = [...new Set(at.map((position) => position % (whole.length + 1)))].sort((a, b) => a - b);
        const pieces = [0, ...cuts].map((start, index) => whole.slice(start, cuts[index]));
        expect(pieces.join('')).toBe(whole);
        expect(after(pieces, initially)).toBe(after([whole], initially));
        expect(after([...whole], initially)).toBe(after([whole], initially));
      },
    ),
    { numRuns: 500 },
  );
});

describe('a new program', () => {
  test('starts with paste mode off, and without the old one’s partial output', () => {
    const mode = followPasteMode(true);
    mode.follow(`${on}${ESC}[?20`);
    mode.reset();
    expect(mode.on).toBe(false);
    mode.follow('04h');
    expect(mode.on).toBe(false);
    mode.follow(on);
    expect(mode.on).toBe(true);
  });
});
