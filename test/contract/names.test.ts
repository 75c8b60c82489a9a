/** Names become directories, sockets and tmux sessions: they are safe there, and each belongs to one user. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CHAT_ID_PATTERN,
  PREFIX_PATTERN,
  SESSION_PATTERN,
  sessionName,
  TURN_ID_PATTERN,
} from '../../src/contract/names.ts';

const prefix = fc.stringMatching(PREFIX_PATTERN);

describe('the name of a session', () => {
  test('is the prefix and the first eight digits', () => {
    expect(sessionName('paliad-paliadin', '1B9D6BCD-bbfd-4b2d-9b5d-ab8dfbbd4bed')).toBe('paliad-paliadin-1b9d6bcd');
  });

  test('is valid for any prefix and number of digits', () => {
    fc.assert(
      fc.property(prefix, fc.uuid(), fc.integer({ min: 8, max: 32 }), (before, id, digits) => {
        expect(sessionName(before, id, digits)).toMatch(SESSION_PATTERN);
      }),
    );
  });

  test('with all digits is unique to a user', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (one, other) => {
        fc.pre(one !== other);
        expect(sessionName('p', one, 32)).not.toBe(sessionName('p', other, 32));
      }),
    );
  });
});

test.each([
  [
    'a session',
    SESSION_PATTERN,
    ['a', 'a-b_c9', 'x'.repeat(64)],
    ['', '-a', '_a', 'A', 'a b', 'a\n', 'a/b', '..', 'a.b', 'a:b', 'é', 'x'.repeat(65)],
  ],
  ['a prefix', PREFIX_PATTERN, ['p', 'p-1', 'x'.repeat(30)], ['', '-p', 'P', 'p.', 'p\n', 'x'.repeat(31)]],
  [
    'a turn',
    TURN_ID_PATTERN,
    ['1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed'],
    ['', '1B9D6BCD-bbfd-4b2d-9b5d-ab8dfbbd4bed', '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed\n', '../../1b9d6bcd'],
  ],
  ['a chat', CHAT_ID_PATTERN, ['chat', 'A.b_c:d-9'], ['', '-a', 'a b', 'a\n', 'a/b', 'x'.repeat(129)]],
])('%s has exactly these valid names', (_what, pattern, good, bad) => {
  expect(good.filter((name) => !pattern.test(name))).toEqual([]);
  expect(bad.filter((name) => pattern.test(name))).toEqual([]);
});
