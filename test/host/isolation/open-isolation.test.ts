/** Homes and launch arguments at each isolation level, without starting anything. */
import { lstatSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { everyNameBut, everyPathInBut } from '../../../src/host/isolation/every-name-but.ts';
import { type IsolationOptions, openIsolation } from '../../../src/host/isolation/open-isolation.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const launch = { argv: ['/bin/claude', '--resume', 'x'] as [string, ...string[]], cwd: '/', env: { TOKEN: 'secret' } };

let root: string;
let shared: string;
beforeEach(async () => {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  root = path;
  shared = join(root, 'shared');
  mkdirSync(join(shared, '.claude'), { recursive: true });
  writeFileSync(join(shared, 'CLAUDE.md'), 'be kind');
});

const open = (options: Partial<IsolationOptions>) =>
  openIsolation({
    level: 'none',
    shared,
    homes: join(root, 'homes'),
    directory: join(root, 'isolation'),
    host: join(root, 'host'),
    forbidden: ['~/.ssh/**'],
    sandbox: null,
    read: [],
    way: null,
    ...options,
  });

test('at the level none all agents work in the shared directory, with unchanged arguments', () => {
  const isolation = open({});
  expect(isolation.prepare('one')).toEqual({ cwd: shared, home: null, shared: null, forbidden: [] });
  expect(isolation.confine('one', launch)).toEqual(launch);
});

test('at the level directory each session has a workspace with the shared files, and others are forbidden', () => {
  const isolation = open({ level: 'directory' });
  const home = isolation.prepare('one');
  expect(home).toMatchObject({ cwd: join(root, 'homes/one/workspace'), home: null, shared });
  expect(home.forbidden).toEqual([
    ...everyNameBut('one').map((name) => join(root, 'homes', name)),
    ...everyPathInBut(join(root, 'host'), ['sessions', 'one', 'files']),
    '~/.ssh/**',
  ]);
  expect(readFileSync(join(home.cwd, 'CLAUDE.md'), 'utf8')).toBe('be kind');
  expect(isolation.confine('one', launch)).toEqual({
    ...launch,
    env: { TOKEN: 'secret', TMPDIR: join(root, 'homes/one/tmp') },
  });
});

test('an agent fits while the isolation that it was started with is still the current one', () => {
  const sandbox = { kind: 'seatbelt', sandboxExec: '/usr/bin/sandbox-exec' } as const;
  expect(open({}).fits('one')).toBe(true); // started before there were levels
  expect(open({ level: 'sandbox', sandbox }).fits('one')).toBe(false);
  open({ level: 'directory' }).confine('one', launch);
  expect(open({ level: 'directory' }).fits('one')).toBe(true);
  expect(open({ level: 'directory', forbidden: [] }).fits('one')).toBe(false);
  expect(open({}).fits('one')).toBe(false);
  open({ level: 'sandbox', sandbox }).prepare('one');
  open({ level: 'sandbox', sandbox }).confine('one', launch);
  expect(open({ level: 'sandbox', sandbox }).fits('one')).toBe(true);
  expect(open({ level: 'sandbox', sandbox, read: ['/opt'] }).fits('one')).toBe(false);
  expect(open({ level: 'directory' }).fits('one')).toBe(false);
});

test('a sandbox level without a sandbox program starts nothing', () => {
  const isolation = open({ level: 'sandbox' });
  isolation.prepare('one');
  expect(() => isolation.confine('one', launch)).toThrow('no program that makes a sandbox');
});

test('on macOS the owner’s rules are links, and the profile forbids changing them', () => {
  const isolation = open({ level: 'sandbox', sandbox: { kind: 'seatbelt', sandboxExec: '/usr/bin/sandbox-exec' } });
  const { cwd } = isolation.prepare('one');
  const { argv, env } = isolation.confine('one', {
    ...launch,
    fixed: [[join(shared, 'CLAUDE.md'), join(cwd, 'given')]],
  });
  expect(readlinkSync(join(cwd, '.claude'))).toBe(join(shared, '.claude'));
  expect(readlinkSync(join(cwd, 'given'))).toBe(join(shared, 'CLAUDE.md'));
  expect(argv[2]).toContain(`(subpath "${join(cwd, '.claude')}")`);
  expect(argv.slice(-3)).toEqual(launch.argv);
  expect(env).toMatchObject({ HOME: join(root, 'homes/one/home'), TMPDIR: join(root, 'homes/one/tmp'), USER: 'agent' });
});

test('forgetting a session deletes its files, and follows no link', async () => {
  const isolation = open({ level: 'directory' });
  isolation.prepare('one');
  isolation.prepare('two');
  await isolation.forget('one');
  expect(lstatSync(join(root, 'homes/one'), { throwIfNoEntry: false })).toBeUndefined();
  expect(lstatSync(join(root, 'homes/two')).isDirectory()).toBe(true);
  expect(readFileSync(join(shared, 'CLAUDE.md'), 'utf8')).toBe('be kind');
});
