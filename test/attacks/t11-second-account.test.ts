/**
 * T11. Another account of the host's machine, where all directories can be entered, looks for the daemon's files, and
 * plants files where the daemon looks.
 *
 * Verified: it reaches neither socket nor journal, terminals, answers or log; a state directory, or a link in its
 * place, that belongs to another account or is writable for others is refused.
 */
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { asNobody, IS_ROOT, NOBODY } from '../support/as-nobody.ts';
import { type Laptop, startLaptop } from '../support/laptop.ts';

const session = 'paliad-paliadin-1a2b3c4d';

describe.skipIf(!IS_ROOT)('T11: another account (only root can play one)', () => {
  let laptop: Laptop;
  beforeAll(async () => {
    laptop = await startLaptop();
  });
  afterAll(() => laptop?.dispose());

  test('can’t read or reach anything that the daemon keeps', async () => {
    expect(await laptop.verb('run-turn', session, TURN, Buffer.from('demo at once').toString('base64'))).toMatchObject({
      code: 0,
    });
    // As far as the state directory everybody may walk, as in many a home.
    for (let path = dirname(laptop.stateDir); path !== tmpdir(); path = dirname(path)) chmodSync(path, 0o755);

    const all = everything(laptop.stateDir);
    const names = all.map((path) => path.slice(laptop.stateDir.length));
    for (const kept of ['/host/daemon.sock', '/host/daemon.log', `/host/sessions/${session}/turns/${TURN}.json`]) {
      expect(names).toContain(kept);
    }
    for (const path of all) {
      expect(await asNobody('test', '-r', path), path).not.toBe(0);
      expect(await asNobody('cat', path), path).not.toBe(0);
      const { mode, uid } = statSync(path);
      // Where a directory above should be opened by mistake, these are closed still.
      expect({ path, others: mode & 0o077, uid }).toEqual({ path, others: 0, uid: 0 });
    }
    expect(await asNobody(process.execPath, '-e', CONNECT, join(laptop.stateDir, 'host', 'daemon.sock'))).toBe(13);
    for (const socket of readdirSync(join(laptop.stateDir, 'host', 'tmux'))) {
      expect(await asNobody('tmux', '-S', join(laptop.stateDir, 'host', 'tmux', socket), 'list-sessions')).not.toBe(0);
    }
    expect(await asNobody('touch', join(laptop.stateDir, 'canary'))).not.toBe(0);
    // What this shows is that it is closed, not that nobody can do anything.
    expect(await asNobody('test', '-e', laptop.home)).toBe(0);
  });

  test.each([
    [
      'a directory of another account',
      (path: string) => {
        mkdirSync(path, { mode: 0o700 });
        chownSync(path, NOBODY, NOBODY);
      },
      /belongs to the account with number 65534/,
    ],
    [
      'a directory that everybody may write in',
      (path: string) => {
        mkdirSync(path);
        chmodSync(path, 0o777);
      },
      /others may write in .*mode 777.*chmod 700/,
    ],
    [
      'a link of another account',
      (path: string) => {
        mkdirSync(`${path}-target`, { mode: 0o700 });
        symlinkSync(`${path}-target`, path);
        lchownSync(path, NOBODY, NOBODY);
      },
      /belongs to the account with number 65534/,
    ],
    [
      'a link of ours to a directory of another account',
      (path: string) => {
        mkdirSync(`${path}-target`, { mode: 0o700 });
        chownSync(`${path}-target`, NOBODY, NOBODY);
        symlinkSync(`${path}-target`, path);
      },
      /belongs to the account with number 65534/,
    ],
    [
      'a directory of ours in which another account has made the daemon’s',
      (path: string) => {
        mkdirSync(join(path, 'host'), { recursive: true, mode: 0o700 });
        chownSync(join(path, 'host'), NOBODY, NOBODY);
      },
      /belongs to the account with number 65534/,
    ],
  ])('can’t make the daemon use %s', async (_what, plant, reason) => {
    const root = mkdtempSync(join(tmpdir(), 'pal-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    const state = join(root, 'state');
    plant(state);
    laptop.setHostEnv({ PALIADIN_STATE_DIR: state });
    onTestFinished(() => laptop.setHostEnv({}));
    expect(await laptop.verb('health', session)).toEqual({
      code: 69,
      stdout: '',
      stderr: expect.stringMatching(reason),
    });
    for (const path of [state, `${state}-target`, join(state, 'host')]) {
      if (existsSync(path)) expect(readdirSync(path).filter((name) => path !== state || name !== 'host')).toEqual([]);
    }
  });
});

const TURN = '11111111-1111-4111-8111-111111111111';
/** Ends with the number of the error: 13 is EACCES. */
const CONNECT = `require('net').connect(process.argv[1]).on('connect', () => process.exit(0)).on('error', (e) => process.exit(-e.errno))`;

function everything(directory: string): string[] {
  const inside = readdirSync(directory, { withFileTypes: true, recursive: true });
  return [directory, ...inside.map((entry) => join(entry.parentPath, entry.name))];
}
