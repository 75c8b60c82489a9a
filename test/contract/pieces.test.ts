import { expect, test } from 'vitest';
import { MAX_PIECE, pieces } from '../../src/contract/pieces.ts';

test('text is cut into pieces that fit a message, without splitting a character', () => {
  const text = `${'x'.repeat(MAX_PIECE - 1)}🙂${'🙂'.repeat(MAX_PIECE)}end`;
  const cut = [...pieces(text, 7)];
  expect(cut.map((piece) => piece.text).join('')).toBe(text);
  let offset = 7;
  for (const piece of cut) {
    expect(piece.offset).toBe(offset);
    expect(piece.text.length).toBeLessThanOrEqual(MAX_PIECE);
    expect(piece.text.isWellFormed()).toBe(true);
    offset += piece.text.length;
  }
  expect([...pieces('', 0)]).toEqual([]);
});
