import fc from 'fast-check';
import { expect, test } from 'vitest';
import { approximateTokens } from '../../src/contract/tokens.ts';

test.each([
  ['', 0],
  ['a', 1],
  ['Die Akte Müller hat zwölf Fristen.', 9],
  ['漢字漢字漢字', 4],
  ['🙂', 1],
])('%j has about %i tokens', (text, tokens) => {
  expect(approximateTokens(text)).toBe(tokens);
});

test('adding text never lowers the estimate', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (text, more) => {
      expect(approximateTokens(text.toWellFormed() + more)).toBeGreaterThanOrEqual(
        approximateTokens(text.toWellFormed()),
      );
    }),
  );
});
