/** The trailer: read whatever an agent wrote, removed whole, without removing text, and never shown. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitTrailer, visibleLength } from '../../src/contract/trailer.ts';

const NO_META = { usedTools: [], rowsSeen: null, classifierTag: null };

/** Text that is often almost a trailer. */
const prose = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
      fc.constantFrom(
        '<',
        '<!',
        '<!--',
        '<!-- ',
        '<!-- pal',
        '<!-- paliadi',
        '-->',
        '--',
        '\n',
        '\n\n',
        '  ',
        '`',
        '{}',
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));
const body = prose.filter((text) => !text.includes('<!-- paliadin'));
/** Anything, trailers in it and all. */
const anything = fc
  .array(
    fc.oneof(prose, fc.constantFrom('<!-- paliadin', '<!-- paliadin {} -->', '<!-- paliadin {"rows_seen":1} -->')),
    {
      maxLength: 6,
    },
  )
  .map((parts) => parts.join(''));

const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => !text.includes('-->'));
const meta = fc.record({
  used_tools: fc.array(word, { maxLength: 8 }),
  rows_seen: fc.option(fc.nat()),
  classifier_tag: fc.option(word),
});
const trailer = meta.map((told) => `<!-- paliadin ${JSON.stringify(told)} -->`);
const blank = fc.stringMatching(/^[ \t\n]{0,10}$/);

describe('splitting an answer', () => {
  test('removes a whole trailer and nothing else, and reads it', () => {
    fc.assert(
      fc.property(body, blank, meta, blank, (text, before, told, after) => {
        const line = `<!-- paliadin ${JSON.stringify(told)} -->`;
        expect(splitTrailer(`${text}${before}${line}${after}`)).toEqual({
          body: text.trimEnd(),
          meta: { usedTools: told.used_tools, rowsSeen: told.rows_seen, classifierTag: told.classifier_tag },
          malformed: false,
        });
      }),
    );
  });

  test('never throws, and the body is a prefix of the text', () => {
    fc.assert(
      fc.property(fc.oneof(anything, fc.string({ unit: 'binary', maxLength: 200 })), (text) => {
        const split = splitTrailer(text);
        expect(text.startsWith(split.body)).toBe(true);
        expect(split.body).toBe(split.body.trimEnd());
      }),
    );
  });

  test('leaves text without a trailer unchanged', () => {
    fc.assert(
      fc.property(body, (text) => {
        expect(splitTrailer(text)).toEqual({ body: text.trimEnd(), meta: NO_META, malformed: false });
      }),
    );
  });

  test('leaves a trailer in the middle of a text unchanged', () => {
    fc.assert(
      fc.property(body, trailer, prose, (before, middle, after) => {
        const text = `${before}${middle}${after}.`.trimEnd();
        expect(splitTrailer(text)).toEqual({ body: text, meta: NO_META, malformed: false });
      }),
    );
  });

  test.each([
    ['an answer about trailers', 'Write `<!-- paliadin {"rows_seen":1} -->` at the end.'],
    ['a trailer in a code block', '```\n<!-- paliadin {"rows_seen":1} -->\n```'],
    ['an unfinished start within a line', 'It begins with <!-- paliadin and goes on'],
    ['a start too long ago', `<!-- paliadin ${'x'.repeat(5000)}`],
    ['a comment of somebody else', '<!-- palindrome -->'],
  ])('leaves unchanged: %s', (_what, text) => {
    expect(splitTrailer(text)).toEqual({ body: text, meta: NO_META, malformed: false });
  });

  test.each([
    ['no JSON', 'A.\n<!-- paliadin nothing -->', NO_META],
    ['nothing at all', 'A.\n<!-- paliadin-->', NO_META],
    ['not an object', 'A.\n<!-- paliadin [1] -->', NO_META],
    ['null', 'A.\n<!-- paliadin null -->', NO_META],
    ['cut off', 'A.\n\n<!-- paliadin {"used_tools":["a', NO_META],
    ['a negative count', 'A.\n<!-- paliadin {"rows_seen":-1,"used_tools":["a"]} -->', { ...NO_META, usedTools: ['a'] }],
    ['a tool without a name', 'A.\n<!-- paliadin {"rows_seen":1,"used_tools":[""]} -->', { ...NO_META, rowsSeen: 1 }],
    ['a tag that is no word', 'A.\n<!-- paliadin {"classifier_tag":{}} -->', NO_META],
    ['too many tools', `A.\n<!-- paliadin ${JSON.stringify({ used_tools: Array(65).fill('a') })} -->`, NO_META],
  ])('removes a malformed trailer and reports it: %s', (_what, text, told) => {
    expect(splitTrailer(text)).toEqual({ body: 'A.', meta: told, malformed: true });
  });

  test('accepts an empty trailer', () => {
    expect(splitTrailer('A.\n<!-- paliadin {} -->')).toEqual({ body: 'A.', meta: NO_META, malformed: false });
  });

  test('ignores keys such as __proto__ in a trailer', () => {
    const hostile = 'A.\n<!-- paliadin {"__proto__":{"usedTools":["x"]},"constructor":1,"toString":2} -->';
    expect(splitTrailer(hostile)).toEqual({ body: 'A.', meta: NO_META, malformed: false });
  });
});

describe('while an answer streams', () => {
  /** Lengths at which a text is cut. */
  const cuts = (text: string) =>
    fc.array(fc.nat(text.length), { maxLength: 10 }).map((at) => at.toSorted((a, b) => a - b));

  test('the shown text only grows, and is a prefix of the final text', () => {
    fc.assert(
      fc.property(
        anything.chain((text) => fc.tuple(fc.constant(text), cuts(text))),
        ([text, lengths]) => {
          const final = splitTrailer(text).body;
          let shown = 0;
          for (const length of [...lengths, text.length]) {
            const visible = visibleLength(text.slice(0, length));
            expect(visible).toBeGreaterThanOrEqual(shown);
            expect(final.startsWith(text.slice(0, visible))).toBe(true);
            shown = visible;
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('no part of a trailer is ever shown, however it arrives', () => {
    fc.assert(
      fc.property(body, blank, trailer, blank, (text, before, line, after) => {
        const whole = `${text}${before}${line}${after}`;
        for (let length = 0; length <= whole.length; length++) {
          expect(visibleLength(whole.slice(0, length))).toBeLessThanOrEqual(text.trimEnd().length);
        }
        expect(visibleLength(whole)).toBe(text.trimEnd().length);
      }),
    );
  });

  test('endless white space after a trailer does not make it visible', () => {
    const answer = `Done.\n\n<!-- paliadin {} -->${'\n'.repeat(10_000)}`;
    expect(visibleLength(answer)).toBe('Done.'.length);
    expect(splitTrailer(answer).body).toBe('Done.');
  });

  test('an unfinished start of a trailer holds text back up to a limit only', () => {
    const start = 'See <!-- paliadin';
    expect(visibleLength(`${start} ${'x'.repeat(100)}`)).toBe('See'.length);
    const long = `${start} ${'x'.repeat(5000)}`;
    expect(visibleLength(long)).toBe(long.length);
    expect(visibleLength(`${start} --> and more`)).toBe(`${start} --> and more`.length);
  });
});
