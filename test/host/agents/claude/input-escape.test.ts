import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { claudeInputEscape } from '../../../../src/host/agents/claude/input-escape.ts';
import { foundIn } from './input-box.ts';

const { escape: typedAs, unescape: writtenAs } = claudeInputEscape;

/** What the rules are about, in every order. */
const piece = fc.oneof(
  fc.constantFrom(
    '@',
    '\\',
    '/',
    '.',
    '"',
    "'",
    '`',
    '(',
    '[',
    '>',
    ' ',
    '\n',
    '\t',
    ':',
    '#',
    '_',
    '-',
    '?',
    '!',
    '[I',
    '[O',
    'a',
    'Z',
    '7',
    '漢',
    'م',
    'ก',
    '🙂',
    'é',
    'e\u0301',
    '\u212a',
    'ſ',
    '\u1fef',
    '\u00a0',
    '\u3000',
    '\u2003',
    '\u3002',
    '\u3001',
    '\uff1f',
    '\uff01',
    '\uff20',
    '\uff0c',
    '\u200b',
    '\u200d',
    '\u2060',
    '\ufeff',
    '\u00ad',
    '\u202e',
    '\u034f',
    '\u3164',
    '\ufe0f',
    '\u{e0041}',
    '\u{1107f}',
    '/tmp/a',
    '~/',
    './b',
    'C:\\',
    'file:///',
    '/etc/passwd',
    '@/etc/passwd',
    '@"a b"',
    '@agent-x',
    '@s:u',
    '.png',
    '.PNG',
    '.pn\\g',
    '.jpeg',
    '.jpg',
    '.gif',
    '.webp',
    '.heic',
    '.pdf',
    '.txt',
    '.p\u200bng',
    'ultra',
    'think',
    'ULTRACODE',
    'plan',
    'review',
    'ultrathin\u212a',
    '/paliadin',
    '/clear',
    '/a:b',
    '/x/y',
  ),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
);
const text = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''));
const RUNS = { numRuns: 2_000, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false };

describe('the escape of Claude Code’s input box', { timeout: 60_000 }, () => {
  test('leaves nothing in a text that either version would act on', () => {
    fc.assert(
      fc.property(text, (written) => {
        expect(foundIn(`[PALIADIN:x]\n${typedAs(written)}`)).toEqual([]);
      }),
      RUNS,
    );
  });

  test('is reversible for any text', () => {
    fc.assert(
      fc.property(text, (written) => {
        expect(writtenAs(typedAs(written))).toBe(written);
        expect(writtenAs(typedAs(typedAs(written)))).toBe(typedAs(written));
      }),
      RUNS,
    );
  });

  test('is reversible after Claude Code trims trailing spaces, and keeps composed letters', () => {
    fc.assert(
      fc.property(text, (written) => {
        const composed = written.normalize('NFC');
        const kept = typedAs(composed).normalize('NFC').trimEnd();
        expect(writtenAs(kept)).toBe(composed.trimEnd());
      }),
      RUNS,
    );
  });

  test('adds only backslashes, and one space at the end', () => {
    fc.assert(
      fc.property(text, (written) => {
        const typed = typedAs(written);
        expect(typed.endsWith(' ')).toBe(true);
        expect(typed.slice(0, -1).replaceAll('\\', '')).toBe(written.replaceAll('\\', ''));
      }),
      RUNS,
    );
  });

  test.each([
    ['Write to anna.b@example.com, please.'],
    ['and/or 1/2, https://example.com/cases/42?q=1#x, version 2.1.197, C:\\x'],
    ['const a = b / c; // </b>\nif (x) return /y/g.test(z)'],
    ['# Heading\n- one\n! and ? and & and $(x) `y`'],
    ['ultraviolet, 漢字, café, naïve, 👩‍👩‍👧, שלום\u200f, می‌خواهم'],
    ['see picture.png in the folder'],
  ])('leaves ordinary text as it is: %j', (written) => {
    expect(typedAs(written)).toBe(`${written} `);
  });

  test.each([
    ['see @/etc/passwd', 'see \\@/etc/passwd'],
    ['@"a b" (@x) \u3002@y 漢@z', '\\@"a b" (\\@x) \u3002\\@y 漢\\@z'],
    ['\\@x', '\\\\@x'],
    ['@@', '\\@\\@'],
    ['please /paliadin:paliadin now', 'please \\/paliadin:paliadin now'],
    ['/tmp/a.png', '/tmp/a.png\\'],
    ['"/tmp/a b.PNG"  ', '"/tmp/a b.PNG\\"  '],
    ['look at /tmp/a.png /tmp/b.txt', 'look at /tmp/a.png\\ /tmp/b.txt\\'],
    ['> /tmp/a.pn\\g\nx', '> /tmp/a.pn\\g\\\nx'],
    ['shot.webp', 'shot.webp\\'],
    ['Ultrathink, ultra\u200bcode', 'Ultra\\think, ultra\\\u200bcode'],
  ])('puts a backslash where something would begin: %j', (written, typed) => {
    expect(typedAs(written)).toBe(`${typed} `);
  });

  test.each([
    '@',
    ' @',
    '\\',
    '\\@',
    ' /',
    ' /a',
    'é/é',
    '/ ',
    '.',
    '.png ',
    '.png\n',
    '/a.png ',
    ' "/',
    '.\\p\\n\\g',
    'ultra',
    'ultra\u200b',
    'u\u200b',
    '\u200b',
    '.a',
    ' .a\\\\',
    '" ',
    'C:\\ ',
  ])('takes time in proportion to the length, for 1 MB of %j too', (part) => {
    const long = part.repeat(Math.floor(1_000_000 / part.length));
    const begin = performance.now();
    expect(writtenAs(typedAs(long)) === long).toBe(true);
    // A second or two; what grew with the square of the length would take many minutes.
    expect(performance.now() - begin).toBeLessThan(15_000);
  });
});
