/** `paliadin host remove`: undoes what host add did, and changes nothing else. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestGateway } from '../support/gateway.ts';
import { type OtherAccount, startOtherAccount, WHY_NOT } from '../support/other-account.ts';
import { until } from '../support/until.ts';
import { failures, newOwner, type Owner, through } from './owner.ts';

const INSTALLED = '.local/share/paliadin';
const SKILL = `${INSTALLED}/skill/skills/paliadin/SKILL.md`;
const HOST_ENV = `${INSTALLED}/host.env`;
const KEYS = '.ssh/authorized_keys';
const STATE = '.local/state/paliadin-host';
const OWN_SETTINGS = '# mine\nPALIADIN_PORT=0\n';
// Looks at a host, an installation, a doctor and a removal, on a busy machine.
const LONG = 120_000;

describe.skipIf(WHY_NOT !== null)(`host remove${WHY_NOT === null ? '' : ` (not here: ${WHY_NOT})`}`, () => {
  let account: OtherAccount;
  let owner: Owner;
  const has = (path: string) => existsSync(join(account.home, path));
  const add = (by = owner) => by.cli('host', 'add', account.target, ...through(account, by));
  const remove = (...more: string[]) => owner.cli('host', 'remove', '--settings', owner.settings, ...more);
  const running = () => account.processes().filter(({ command }) => /paliadin|tmux/.test(command));

  beforeEach(async () => {
    account = await startOtherAccount();
    owner = await newOwner(OWN_SETTINGS);
    expect((await add()).code).toBe(0);
  }, LONG);
  afterEach(async () => {
    await owner.dispose();
    await account.dispose();
  });

  test('ends what runs and removes what was installed; conversations stay', { timeout: LONG }, async () => {
    {
      await using gateway = await startTestGateway({ stateDir: owner.stateDir });
      await (await gateway.as('owner')).answer('Which cases are due this week?');
    }
    expect(running().length).toBeGreaterThan(1);
    const { code, stdout } = await remove();
    expect([code, failures(stdout)]).toEqual([0, []]);
    expect(account.read(KEYS)).toBe(`${account.ownerLine}\n`);
    expect(has(INSTALLED)).toBe(false);
    await until('all processes to end', () => running().length === 0);
    expect(readdirSync(join(account.home, STATE, 'host', 'sessions'))).toHaveLength(1);
    expect(readFileSync(owner.settings, 'utf8')).toBe(OWN_SETTINGS);
    expect(readdirSync(join(owner.stateDir, 'remote'))).toEqual(['gateway-id']);
  });

  test('keeps what the owner wrote, unless told to remove it', { timeout: LONG }, async () => {
    account.write(SKILL, account.read(SKILL).replace('You are the assistant', 'You are Ada, the assistant'));
    account.write(HOST_ENV, `${account.read(HOST_ENV)}ANTHROPIC_BASE_URL=http://127.0.0.1:1\n`);
    const { code, stdout } = await remove();
    expect(code).toBe(0);
    expect(stdout).toContain('but for what you have written');
    expect(account.read(SKILL)).toContain('You are Ada');
    expect(readdirSync(join(account.home, INSTALLED)).sort()).toEqual(['host.env', 'installed.json', 'skill']);

    const again = await add();
    expect(again.stdout).toContain('your section "Who you are" is kept');
    expect((await remove('--purge')).code).toBe(0);
    expect([has(INSTALLED), has(STATE)]).toEqual([false, false]);
  });

  test('leaves the shim for another gateway', { timeout: LONG }, async () => {
    const other = await newOwner();
    try {
      expect((await add(other)).code).toBe(0);
      expect(account.read(KEYS).split('\n')).toHaveLength(4);
      const { code, stdout } = await remove();
      expect(code).toBe(0);
      expect(stdout).toContain('kept with daemon and service');
      expect(account.read(KEYS).split('\n')).toHaveLength(3);
      expect((await other.doctor()).code).toBe(0);
    } finally {
      await other.dispose();
    }
  });

  test('with an unreachable host names what is left there, and removes it later', { timeout: LONG }, async () => {
    await account.stop();
    const { code, stdout } = await remove();
    expect(code).toBe(1);
    expect(failures(stdout).join()).toMatch(/nothing listens there[\s\S]*left on laptop@[\s\S]*paliadin:[0-9a-f]{8}/);
    expect(readFileSync(owner.settings, 'utf8')).toBe(OWN_SETTINGS);
    expect(readdirSync(join(owner.stateDir, 'remote'))).toEqual(['gateway-id']);
    expect(account.read(KEYS)).toContain('paliadin:');

    await account.start();
    const later = await remove(account.target, '--ssh-config', account.sshConfig);
    expect([later.code, failures(later.stdout)]).toEqual([0, []]);
    expect(account.read(KEYS)).toBe(`${account.ownerLine}\n`);
    expect(has(INSTALLED)).toBe(false);
  });

  test('has nothing to do the second time', { timeout: LONG }, async () => {
    expect((await remove()).code).toBe(0);
    const { code, stdout } = await remove();
    expect(code).toBe(1);
    expect(stdout).toContain('no host has been added here');
    const named = await remove(account.target, '--ssh-config', account.sshConfig);
    expect([named.code, failures(named.stdout)]).toEqual([0, []]);
    expect(account.read(KEYS)).toBe(`${account.ownerLine}\n`);
  });
});
