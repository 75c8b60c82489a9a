/** The visible form of a text: it shows all of it, and differs for different texts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visible, visibleParts } from '../../src/contract/visible.ts';
import { hostileText } from './hostile-text.ts';
import { unescapeVisible } from './unescape-visible.ts';

describe('an invisible character', () => {
  it.each([
    ['rm \u202efdp.exe', 'rm ⟨U+202E⟩fdp.exe'],
    ['a\u200bb\u00adc\ufeff', 'a⟨U+200B⟩b⟨U+00AD⟩c⟨U+FEFF⟩'],
    ['\u2066x\u2069\u061c\u200e', '⟨U+2066⟩x⟨U+2069⟩⟨U+061C⟩⟨U+200E⟩'],
    ['\u{e0041}', '⟨U+E0041⟩'],
    ['\u001b[8mx\u0007\u009b', '⟨U+001B⟩[8mx⟨U+0007⟩⟨U+009B⟩'],
    ['a\rb\u2028c\u2029d', 'a⟨U+000D⟩b⟨U+2028⟩c⟨U+2029⟩d'],
    ['a\u034fb\u3164c\u2800d', 'a⟨U+034F⟩b⟨U+3164⟩c⟨U+2800⟩d'],
    ['half \ud800 of one', 'half ⟨U+D800⟩ of one'],
    ['\u200b'.repeat(3000), '⟨U+200B×3000⟩'],
    // Joiners and selectors where no script has them.
    ['pay\u200dpal 1\ufe0f2', 'pay⟨U+200D⟩pal 1⟨U+FE0F⟩2'],
    ['👩\u200d\u200d👧 ❤️\ufe0f', '👩⟨U+200D×2⟩👧 ❤️⟨U+FE0F⟩'],
  ])('is shown by its code point: %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
    expect(visible(text, { exact: true })).toBe(shown);
  });

  it('does not include what ordinary writing uses', () => {
    const text =
      'Größe\tmit Tab  \nund Zeile, 漢字\u3000, עברית, नमस्ते\u200d, 👩\u200d👩\u200d👧, ❤️, 1\ufe0f\u20e3 and é';
    expect(visible(text)).toBe(text);
  });

  it('is distinguished from text that spells its mark', () => {
    expect(visible('⟨U+202E⟩')).toBe('⟨U+27E8⟩U+202E⟩');
    expect(visibleParts('a⟨U+202E⟩\u202e')).toEqual([
      { text: 'a', mark: false, length: 1 },
      { text: '⟨U+27E8⟩', mark: true, length: 1 },
      { text: 'U+202E⟩', mark: false, length: 7 },
      { text: '⟨U+202E⟩', mark: true, length: 1 },
    ]);
    expect(visible('⟨x|y⟩')).toBe('⟨x|y⟩');
  });
});

describe('ambiguous white space, in exact mode', () => {
  it.each([
    ['at the end of a line', 'one  \ntwo\t', 'one⟨U+0020×2⟩\ntwo⟨U+0009⟩'],
    ['before another kind of line end', 'one \r\n', 'one⟨U+0020⟩⟨U+000D⟩\n'],
    ['in a long row', `a${' '.repeat(500)}b`, 'a⟨U+0020×500⟩b'],
    ['in many empty lines', `a${'\n'.repeat(500)}b`, 'a\n⟨U+000A×498⟩\nb'],
    ['of another width', 'rm\u00a0-rf\u3000/', 'rm⟨U+00A0⟩-rf⟨U+3000⟩/'],
    ['as a tab that does not indent', 'a\tb\n  \tc', 'a⟨U+0009⟩b\n  ⟨U+0009⟩c'],
  ])('%s', (_what, text, shown) => {
    expect(visible(text, { exact: true })).toBe(shown);
  });

  it('does not include indentation of code', () => {
    const text = `def f():\n${' '.repeat(40)}return\n\t\tx = 1\n\n\ny`;
    expect(visible(text, { exact: true })).toBe(text);
  });
});

it('the visible form can be converted back, and has no invisible character', () => {
  const texts = fc.oneof(hostileText, fc.string({ unit: 'binary' }), fc.stringMatching(/^[⟨⟩U+0-9×E \t\n]*$/));
  fc.assert(
    fc.property(texts, fc.boolean(), (text, exact) => {
      const parts = visibleParts(text, { exact });
      expect(unescapeVisible(parts.map((part) => part.text).join(''))).toBe(text);
      expect(parts.reduce((sum, { length }) => sum + length, 0)).toBe(text.length);
      for (const part of parts) if (part.mark) expect(part.text).toMatch(/^⟨U\+[0-9A-F]{4,6}(×\d+)?⟩$/);
    }),
    { numRuns: 2000 },
  );
});

it('a long text takes linear time', () => {
  for (const unit of [' ', '\t', '\n', ' \t', '\u200d', '⟨', '⟨U+', '\u202e\u200b']) {
    const text = unit.repeat(500_000 / unit.length);
    const begin = performance.now();
    visibleParts(text, { exact: true });
    expect(performance.now() - begin).toBeLessThan(3_000);
  }
});
