/** What the shim's own report says of the lines in authorized_keys that run it. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { HostReport } from '../../../src/contract/check.ts';
import { BUNDLE } from '../../support/laptop.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const NODE = `${process.execPath} --disable-warning=ExperimentalWarning`;

async function keyLines(lines: (shim: string) => string[]): Promise<string | undefined> {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const [real, home] = [join(path, 'real'), join(path, 'home')];
  mkdirSync(join(real, '.ssh'), { recursive: true });
  // Where homes lie behind a link, sshd's lines and the shim's real path differ.
  symlinkSync(real, home);
  cpSync(BUNDLE, join(real, 'shim.mjs'));
  const shim = join(home, 'shim.mjs');
  writeFileSync(join(real, '.ssh/authorized_keys'), `${lines(shim).join('\n')}\n`);
  const env = { HOME: home, PATH: process.env.PATH, PALIADIN_STATE_DIR: join(home, 'state'), PALIADIN_AGENT: 'demo' };
  const report = JSON.parse(execFileSync(process.execPath, [shim, 'doctor'], { env, encoding: 'utf8' })) as HostReport;
  return report.checks.find(({ step }) => step === 'key lines')?.found;
}

test('lines that run it are counted, those of other programs are not', async () => {
  const found = await keyLines((shim) => [
    `restrict,command="${NODE} ${shim}" ssh-ed25519 AAAA gateway`,
    `command="${NODE} /opt/other.mjs" ssh-ed25519 BBBB other`,
    `# command="${NODE} ${shim}" ssh-ed25519 CCCC`,
  ]);
  expect(found).toMatch(/^1 in .*, each with restrict$/);
});

test('a line without restrict is found', async () => {
  const found = await keyLines((shim) => [`command="${NODE} ${shim}" ssh-ed25519 AAAA gateway`]);
  expect(found).toMatch(/^1 of ours in .* without restrict/);
});

test('without a line that runs it there is nothing to say', async () => {
  expect(await keyLines(() => [`command="${NODE} /opt/other.mjs" ssh-ed25519 BBBB other`])).toBeUndefined();
});
