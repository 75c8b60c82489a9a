/** An agent's text, sanitised and bounded: the same result however it is cut into pieces. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_ANSWER_LENGTH, startAnswer } from '../../src/host/answer.ts';

const pieces = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('\r', '\n', '\r\n', '\ud83d', '\ude42', '🙂', '\u0000', '\u001b[2J', '\u009b', 'word '),
  ),
  { maxLength: 12 },
);

function together(deltas: string[]): { text: string; told: string } {
  const answer = startAnswer();
  const told = deltas.map((delta) => answer.push(delta)).join('');
  return { text: answer.text, told };
}

test('the result does not depend on how an answer is cut into pieces', () => {
  fc.assert(
    fc.property(pieces, (deltas) => {
      expect(together([...deltas, '.']).text).toBe(together([`${deltas.join('')}.`]).text);
      // Down to single UTF-16 units.
      expect(together([...deltas.join('').split(''), '.']).text).toBe(together([`${deltas.join('')}.`]).text);
    }),
  );
});

test('the pieces passed on make up the whole, well-formed text', () => {
  fc.assert(
    fc.property(pieces, (deltas) => {
      const { text, told } = together(deltas);
      expect(told).toBe(text);
      expect(text.isWellFormed()).toBe(true);
      expect([...text].filter((character) => /\p{Cc}/u.test(character) && !'\n\t'.includes(character))).toEqual([]);
    }),
  );
});

test('ordinary text is not changed', () => {
  const text = 'Ümläute, 漢字, 👩‍👩‍👧\n\ttabs, `code`\n\n<!-- paliadin {} -->\n';
  expect(together([...text]).text).toBe(text);
});

test.each([
  [['a\r', '\nb'], 'a\nb'],
  [['a\r', 'b'], 'a\ufffdb'],
  [['\ud83d', '\ude42'], '🙂'],
  [['\ud83d', 'x'], '\ufffdx'],
  [['x\udc00y'], 'x\ufffdy'],
  [['\u001b[31mred\u0007'], '\ufffd[31mred\ufffd'],
])('%j becomes %j', (deltas, text) => {
  expect(together(deltas).text).toBe(text);
});

describe('an endless answer', () => {
  test('is cut at the limit with a mark, and further text is dropped', () => {
    const answer = startAnswer();
    for (let length = 0; length <= 3 * MAX_ANSWER_LENGTH; length += 100_000) answer.push('x'.repeat(100_000));
    expect(answer.text).toBe(`${'x'.repeat(MAX_ANSWER_LENGTH)}\n\n[…]`);
    expect(answer.push('more')).toBe('');
  });

  test('is not cut in the middle of a character', () => {
    const answer = startAnswer();
    answer.push(`x${'🙂'.repeat(MAX_ANSWER_LENGTH / 2)}`);
    expect(answer.text.isWellFormed()).toBe(true);
    expect(answer.text).toMatch(/🙂\ufffd\n\n\[…\]$/u);
  });
});
