/** The profile for macOS, as text: these tests do not run on such a machine. */
import { expect, test } from 'vitest';
import { seatbeltArguments, seatbeltProfile } from '../../../src/host/isolation/seatbelt.ts';

const view = {
  cwd: '/Users/m/homes/s/workspace',
  write: ['/Users/m/homes/s/home', '/Users/m/homes/s/workspace'],
  read: ['/Users/m/cases'],
  lent: [['/Users/m/.claude/.credentials.json', '/Users/m/homes/s/home/.claude/.credentials.json']] as const,
  fixed: [['/Users/m/cases/.claude', '/Users/m/homes/s/workspace/.claude']] as const,
  port: 4711,
};

test('the profile denies by default, and allows the agent’s own files, the shared ones and one port', () => {
  const lines = seatbeltProfile(view).split('\n');
  expect(lines.slice(0, 2)).toEqual(['(version 1)', '(deny default)']);
  expect(lines).toContain(
    '(allow file-read* (subpath "/Users/m/cases") (subpath "/Users/m/cases/.claude") (subpath "/Users/m/homes/s/workspace/.claude"))',
  );
  expect(lines).toContain('(allow network-outbound (remote ip "localhost:4711"))');
  expect(lines.filter((line) => line.includes('network'))).toHaveLength(1);
  expect(lines.filter((line) => line.startsWith('(allow file-read* file-write*') && line.includes('Users'))).toEqual([
    '(allow file-read* file-write* (subpath "/Users/m/homes/s/home") (subpath "/Users/m/homes/s/workspace") (subpath "/Users/m/.claude/.credentials.json") (subpath "/Users/m/homes/s/home/.claude/.credentials.json"))',
  ]);
});

test('the owner’s fixed files are denied after the agent’s write rules: the last rule wins', () => {
  const lines = seatbeltProfile(view).split('\n');
  const write = lines.findIndex(
    (line) => line.includes('(subpath "/Users/m/homes/s/workspace")') && line.includes('file-write*'),
  );
  const deny = lines.indexOf('(deny file-write* (subpath "/Users/m/homes/s/workspace/.claude"))');
  expect(deny).toBeGreaterThan(write);
});

test('without a port there is no network rule', () => {
  expect(seatbeltProfile({ ...view, port: null })).not.toContain('network');
});

test('a quote or backslash in a path is escaped; a control character or a relative path is refused', () => {
  expect(seatbeltProfile({ ...view, read: ['/a"b\\c'] })).toContain('(subpath "/a\\"b\\\\c")');
  expect(() => seatbeltProfile({ ...view, read: ['/a\nb'] })).toThrow('control character');
  expect(() => seatbeltProfile({ ...view, read: ['a'] })).toThrow('not an absolute path');
});

test('the command starts the agent behind the profile', () => {
  const argv = seatbeltArguments('/usr/bin/sandbox-exec', view, ['/bin/claude', '--resume', 'x']);
  expect(argv).toEqual(['/usr/bin/sandbox-exec', '-p', seatbeltProfile(view), '--', '/bin/claude', '--resume', 'x']);
});
