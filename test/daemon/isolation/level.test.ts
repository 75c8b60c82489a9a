/** Which isolation level applies, and with which settings a gateway does not start. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isolationPolicy, levelOf, warningOf } from '../../../src/config/isolation/level.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { checkIsolation } from '../../../src/daemon/isolation/check.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const config = (env: Record<string, string>) => loadConfig(env, null);
const USERS = { PALIADIN_ACCESS: 'users' };

test('a single user gets level none, several users get the sandbox', () => {
  expect(levelOf(config({}), 'claude')).toBe('none');
  expect(levelOf(config(USERS), 'claude')).toBe('sandbox');
  expect(isolationPolicy(config({}))).toEqual({ least: 'none', written: false });
  expect(isolationPolicy(config(USERS))).toEqual({ least: 'sandbox', written: false });
});

test('PALIADIN_ISOLATION is used as set, for a single user as well', () => {
  expect(levelOf(config({ PALIADIN_ISOLATION: 'sandbox' }), 'claude')).toBe('sandbox');
  expect(levelOf(config({ ...USERS, PALIADIN_ISOLATION: 'directory' }), 'claude')).toBe('directory');
  expect(isolationPolicy(config({ ...USERS, PALIADIN_ISOLATION: 'directory' }))).toEqual({
    least: 'directory',
    written: true,
  });
});

test('the demo agent needs no isolation', () => {
  expect(levelOf(config(USERS), 'demo')).toBe('none');
  expect(warningOf(config(USERS), 'demo')).toBeNull();
});

test('a weaker level warns what it does not protect; the sandbox and a single user do not', () => {
  expect(warningOf(config({ ...USERS, PALIADIN_ISOLATION: 'directory' }), 'claude')).toMatch(
    /^PALIADIN_ISOLATION is directory: .*reads what your account may read/,
  );
  expect(warningOf(config(USERS), 'claude')).toBeNull();
  expect(warningOf(config({}), 'claude')).toBeNull();
});

describe('a gateway for several users', () => {
  /** A machine with these programs and no others; each ends with 1 for whatever it is asked. */
  async function machine(...programs: string[]) {
    const { path, remove } = await temporaryDirectory();
    onTestFinished(remove);
    mkdirSync(join(path, 'bin'));
    for (const name of ['claude', ...programs]) {
      writeFileSync(join(path, 'bin', name), '#!/bin/sh\necho "$0: not permitted here" >&2\nexit 1\n');
      chmodSync(join(path, 'bin', name), 0o755);
    }
    return { PATH: join(path, 'bin'), HOME: path };
  }
  const starts = async (env: Record<string, string>) => checkIsolation(config(env), env);

  test.runIf(process.platform === 'linux')(
    'does not start when the sandbox programs are missing, and says what to install',
    async () => {
      await expect(starts({ ...USERS, ...(await machine()) })).rejects.toThrow(
        /bubblewrap and socat and util-linux not installed\ninstall .*\nOr set PALIADIN_ISOLATION=directory/,
      );
    },
  );

  test.runIf(process.platform === 'linux')('does not start when a sandbox is forbidden, and says so', async () => {
    await expect(starts({ ...USERS, ...(await machine('bwrap', 'socat', 'prlimit')) })).rejects.toThrow(
      /bubblewrap does not work here: .*not permitted here\nallow user namespaces/,
    );
  });

  test('never starts with level none', async () => {
    const env = { ...USERS, PALIADIN_ISOLATION: 'none', ...(await machine()) };
    await expect(starts(env)).rejects.toThrow(/none is for one person alone/);
    await expect(starts({ ...env, PALIADIN_REMOTE_HOST: 'laptop' })).rejects.toThrow(/none is for one person alone/);
  });

  test('starts with a weaker level that its owner has set', async () => {
    await starts({ ...USERS, PALIADIN_ISOLATION: 'directory', ...(await machine()) });
  });

  test('starts with the demo agent, or with an agent elsewhere, whatever this machine has', async () => {
    await starts({ ...USERS, PALIADIN_AGENT: 'demo', ...(await machine()) });
    await starts({ ...USERS, PALIADIN_REMOTE_HOST: 'laptop', ...(await machine()) });
    await starts({ ...USERS, PALIADIN_AGENT: 'none', ...(await machine()) });
  });
});
