/** Which level is in force, and which settings don't start. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isolationPolicy, levelOf, warningOf } from '../../../src/config/isolation/level.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { checkIsolation } from '../../../src/daemon/isolation/check.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const config = (env: Record<string, string>) => loadConfig(env, null);
const USERS = { PALIADIN_ACCESS: 'users' };

test('one person alone has their agent as it is; several are kept apart by the sandbox', () => {
  expect(levelOf(config({}), 'claude')).toBe('none');
  expect(levelOf(config(USERS), 'claude')).toBe('sandbox');
  expect(isolationPolicy(config({}))).toEqual({ least: 'none', written: false });
  expect(isolationPolicy(config(USERS))).toEqual({ least: 'sandbox', written: false });
});

test('what is written counts, for one person as well', () => {
  expect(levelOf(config({ PALIADIN_ISOLATION: 'sandbox' }), 'claude')).toBe('sandbox');
  expect(levelOf(config({ ...USERS, PALIADIN_ISOLATION: 'directory' }), 'claude')).toBe('directory');
  expect(isolationPolicy(config({ ...USERS, PALIADIN_ISOLATION: 'directory' }))).toEqual({
    least: 'directory',
    written: true,
  });
});

test('the demo agent needs none', () => {
  expect(levelOf(config(USERS), 'demo')).toBe('none');
  expect(warningOf(config(USERS), 'demo')).toBeNull();
});

test('a weaker level says what it does not hold; the sandbox and one person alone say nothing', () => {
  expect(warningOf(config({ ...USERS, PALIADIN_ISOLATION: 'directory' }), 'claude')).toMatch(
    /^PALIADIN_ISOLATION is directory: .*reads what your account may read/,
  );
  expect(warningOf(config(USERS), 'claude')).toBeNull();
  expect(warningOf(config({}), 'claude')).toBeNull();
});

describe('a gateway for several people', () => {
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
    'does not start where no sandbox can be made, and says what to install',
    async () => {
      await expect(starts({ ...USERS, ...(await machine()) })).rejects.toThrow(
        /bubblewrap and socat and util-linux not installed\ninstall .*\nOr set PALIADIN_ISOLATION=directory/,
      );
    },
  );

  test.runIf(process.platform === 'linux')('does not start where the machine forbids one, and says so', async () => {
    await expect(starts({ ...USERS, ...(await machine('bwrap', 'socat', 'prlimit')) })).rejects.toThrow(
      /bubblewrap does not work here: .*not permitted here\nallow user namespaces/,
    );
  });

  test('never starts without walls', async () => {
    const env = { ...USERS, PALIADIN_ISOLATION: 'none', ...(await machine()) };
    await expect(starts(env)).rejects.toThrow(/none is for one person alone/);
    await expect(starts({ ...env, PALIADIN_REMOTE_HOST: 'laptop' })).rejects.toThrow(/none is for one person alone/);
  });

  test('starts with a weaker level that its owner has written down', async () => {
    await starts({ ...USERS, PALIADIN_ISOLATION: 'directory', ...(await machine()) });
  });

  test('starts with the demo agent, or with an agent elsewhere, whatever this machine has', async () => {
    await starts({ ...USERS, PALIADIN_AGENT: 'demo', ...(await machine()) });
    await starts({ ...USERS, PALIADIN_REMOTE_HOST: 'laptop', ...(await machine()) });
    await starts({ ...USERS, PALIADIN_AGENT: 'none', ...(await machine()) });
  });
});
