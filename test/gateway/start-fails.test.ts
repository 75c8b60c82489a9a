import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { cliEnv } from '../cli/run-cli.ts';
import { endHost } from '../support/end-host.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const PROGRAM = join(import.meta.dirname, 'programs', 'start-and-fail.ts');

test('a start that fails at its last step leaves nothing running and no lock', async () => {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(async () => {
    await endHost(join(path, 'host'));
    await remove();
  });
  const env = cliEnv({ stateDir: path }, { PALIADIN_PORT: '0' });
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM], { cwd: path, env, timeout: 20_000 });
  expect(JSON.parse(stdout)).toEqual({ why: expect.stringContaining('logger'), claimed: true });
});
