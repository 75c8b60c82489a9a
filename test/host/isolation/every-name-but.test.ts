/** Patterns that match all names but one, tested with the matcher's own rules. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { everyNameBut, everyPathBut, everyPathInBut } from '../../../src/host/isolation/every-name-but.ts';

const sessionName = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/);

/** As Claude Code takes a pattern for a path below where it counts: brackets hold what is meant, also behind `!`. */
function matches(pattern: string, path: string): boolean {
  const source = pattern.replace(/\[[^\]]*\]|[.+^${}()|[\]\\]|\?|\*/g, (part) => {
    if (part.length > 1) return part.replace('[^', '[\\^');
    return { '?': '[^/]', '*': '[^/]*' }[part] ?? `\\${part}`;
  });
  return new RegExp(pattern.includes('/') ? `^${source}$` : `(^|/)${source}$`, 'i').test(path);
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

test('the patterns for several names match none of them, and every other', () => {
  fc.assert(
    fc.property(fc.uniqueArray(sessionName, { minLength: 1, maxLength: 4 }), sessionName, (own, other) => {
      const isMatched = (name: string) => everyNameBut(...own).some((pattern) => matches(pattern, name));
      expect(own.filter(isMatched)).toEqual([]);
      expect(isMatched(other)).toBe(!own.includes(other));
    }),
  );
});

/** A pattern that matches a directory forbids what is in it. */
function forbiddenBy(patterns: string[]): (path: string) => boolean {
  return (path) =>
    path
      .slice(1)
      .split('/')
      .map((_, at, names) => names.slice(0, at + 1).join('/'))
      .some((part) => patterns.some((pattern) => matches(pattern.slice(1), part)));
}

test('the patterns in a directory match everything there but the files of one session', () => {
  const isForbidden = forbiddenBy(everyPathInBut('/state/host', ['sessions', 'p-1a2b3c4d', 'files']));
  for (const path of [
    '/state/host/daemon.log',
    '/state/host/tmux/p-1a2b3c4d.sock',
    '/state/host/sessions/p-1a2b3c4d/turns/x.json',
    '/state/host/sessions/p-1a2b3c4d/agent/claude.json',
    '/state/host/sessions/p-1a2b3c4d/session.json',
    '/state/host/sessions/p-1a2b3c4d-2/files/x/1.png',
    '/state/host/sessions/p-1a2b3c4e/files/x/1.png',
    '/state/host/sessions/p-1a2b3c4d.aside/files/x/1.png',
  ])
    expect(isForbidden(path), path).toBe(true);
  for (const path of ['/state/host/sessions/p-1a2b3c4d/files/x/1.png', '/state/other', '/state'])
    expect(isForbidden(path), path).toBe(false);
});

test('the patterns for a path match the siblings of each directory on it, but not it, its content, or devices', () => {
  const isForbidden = forbiddenBy(everyPathBut('/var/lib/one'));
  const others = [
    '/home/anna/.bashrc',
    '/var/lib/two/x',
    '/var/lib/one2',
    '/var/lib/.one',
    '/var/log',
    '/va/x',
    '/devices/x',
  ];
  for (const path of [...others, '/var/lib/öne', '/var/lib/oné', '/var/lib/o-ne'])
    expect(isForbidden(path), path).toBe(true);
  for (const path of ['/var/lib/one', '/var/lib/one/workspace/d', '/var/lib/one/t/x.md', '/dev/null'])
    expect(isForbidden(path), path).toBe(false);
});

test.each(['plain', 'With-Capitals', 'x.y_z', 'a^b', 'a]b', 'a\\b', 'a[b', '0-9', 'ünï', '~'])(
  'the brackets of the patterns for %s are closed correctly',
  (name) => {
    for (const letter of ['#', '-', '0', 'A', 'z', '_', '~', '.', '€', 'é']) {
      const other = `${name.slice(0, -1)}${letter}`;
      if (other.toLowerCase() === name.toLowerCase()) continue;
      expect(
        everyNameBut(name).some((pattern) => matches(pattern, other)),
        other,
      ).toBe(true);
    }
  },
);
