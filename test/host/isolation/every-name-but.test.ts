/** Patterns that match all names but one, tried with the matcher's own rules. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { everyNameBut } from '../../../src/host/isolation/every-name-but.ts';

const sessionName = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/);

/** As `.gitignore` reads a pattern without a slash. */
function matches(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('[!', '[^')
    .replaceAll('?', '.')
    .replaceAll('*', '.*');
  return new RegExp(`^${source}$`).test(name);
}

test('the patterns match every other session name', () => {
  fc.assert(
    fc.property(sessionName, sessionName, (own, other) => {
      fc.pre(own !== other);
      expect(everyNameBut(own).some((pattern) => matches(pattern, other))).toBe(true);
    }),
  );
});

test('the patterns match names that differ in one place, are cut, or go on', () => {
  const patterns = everyNameBut('paliad-1a2b3c4d');
  for (const other of [
    'paliad-1a2b3c4e',
    'qaliad-1a2b3c4d',
    'paliad-1a2b3c4',
    'p',
    'paliad-1a2b3c4d0',
    'x',
    'zzzzzzzzzzzzzzzzzzzz',
  ]) {
    expect(
      patterns.filter((pattern) => matches(pattern, other)),
      other,
    ).not.toEqual([]);
  }
});

test('no pattern matches the name itself', () => {
  fc.assert(
    fc.property(sessionName, (own) => {
      expect(everyNameBut(own).filter((pattern) => matches(pattern, own))).toEqual([]);
    }),
  );
});
