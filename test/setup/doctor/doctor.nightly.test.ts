/** `paliadin doctor`: each possible fault is named, with what to do, with a real sshd. */
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Check, check } from '../../../src/contract/check.ts';
import { examineForcedCommand } from '../../../src/setup/doctor/examine-remote.ts';
import { runCli } from '../../cli/run-cli.ts';
import { type Laptop, makeKey, startLaptop } from '../../support/laptop.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const SKILL = fileURLToPath(new URL('../../../skill', import.meta.url));
// Every look is several connections and programs.
const LONG = 60_000;

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  directory = await temporaryDirectory();
});
afterAll(() => directory.remove());

async function doctor(env: Record<string, string>): Promise<{ code: number | null; checks: Check[]; failed: Check[] }> {
  const base = {
    PATH: process.env.PATH ?? '',
    HOME: directory.path,
    PALIADIN_STATE_DIR: join(directory.path, 'state'),
  };
  const { code, stdout, stderr } = await runCli({ ...base, ...env }, 'doctor', '--json');
  expect(stderr).toBe('');
  const { ok, checks } = z.strictObject({ ok: z.boolean(), checks: z.array(check) }).parse(JSON.parse(stdout));
  expect(code).toBe(ok ? 0 : 1);
  return { code, checks, failed: checks.filter((each) => !each.ok) };
}

describe('a host behind ssh', { timeout: LONG }, () => {
  let laptop: Laptop;
  const forced = () => `restrict,command="${process.execPath} ${laptop.shim}"`;
  const look = (env: Record<string, string> = {}) => doctor({ ...laptop.variables, ...env });
  /** One step has failed, and nothing but that. */
  async function expectFailure(step: string, found: RegExp, remedy: RegExp, env: Record<string, string> = {}) {
    const { failed } = await look(env);
    expect(failed).toEqual([
      expect.objectContaining({ step, found: expect.stringMatching(found), remedy: expect.stringMatching(remedy) }),
    ]);
  }

  beforeAll(async () => {
    laptop = await startLaptop();
    cpSync(SKILL, join(laptop.home, 'skill'), { recursive: true });
  });
  afterAll(() => laptop.dispose());
  beforeEach(() => {
    laptop.setKeyOptions(forced());
    laptop.setHostEnv({});
  });

  test('all checks pass on a healthy host', async () => {
    const { checks, failed } = await look();
    expect(failed).toEqual([]);
    expect(checks.map(({ side, step }) => `${side} ${step}`)).toEqual([
      'gateway backend',
      'gateway ssh client',
      'gateway key files',
      'gateway reachable',
      'gateway host key',
      'gateway key accepted',
      'gateway forced command',
      'gateway shim',
      'host node',
      'host tmux',
      'host agent',
      'host approvals',
      'host directory',
      'host state',
      'host disk',
      'host skill',
      'gateway approvals',
      'gateway clock',
      'gateway channel',
    ]);
    const skill = checks.find(({ step }) => step === 'skill');
    expect(skill?.remedy).toMatch(/placeholder|still is|say there who answers/i);
  });

  test.each<[string, Record<string, string>, Record<string, string>, RegExp, RegExp | null]>([
    ['deny, as where nobody has chosen', {}, {}, /^deny: .* is refused/, /no effect: the host refuses what would be/],
    ['deny, and so does the gateway', { PALIADIN_APPROVALS: 'deny' }, { PALIADIN_APPROVALS: 'none' }, /^deny: /, null],
    ['gateway', { PALIADIN_APPROVALS: 'gateway' }, {}, /^gateway: .* may be allowed through the gateway$/, null],
    [
      'gateway, but for some tools, which the gateway names in vain',
      { PALIADIN_APPROVALS: 'gateway', PALIADIN_NEVER_ALLOW: 'Bash, mcp__mail__*' },
      { PALIADIN_NEVER_ALLOW: 'WebFetch' },
      /, but never Bash, mcp__mail__\*$/,
      /PALIADIN_NEVER_ALLOW has no effect here/,
    ],
  ])('approvals, as decided by host and gateway: %s', async (_what, hostEnv, env, found, advice) => {
    laptop.setHostEnv(hostEnv);
    const { checks, failed } = await look(env);
    expect(failed).toEqual([]);
    const [host, gateway] = (['host', 'gateway'] as const).map((side) =>
      checks.find((each) => each.step === 'approvals' && each.side === side),
    );
    expect(host?.found).toMatch(found);
    expect(gateway?.found).toMatch(/^(owner|none): /);
    if (advice === null) expect(gateway?.remedy).toBeNull();
    else expect(gateway?.remedy).toMatch(advice);
  });

  test('a gateway’s value of PALIADIN_APPROVALS in host.env fails', async () => {
    laptop.setHostEnv({ PALIADIN_APPROVALS: 'owner' });
    const { failed } = await look();
    expect(failed[0]).toMatchObject({ step: 'host report' });
  });

  test('the command prints one line for each check', async () => {
    const base = {
      PATH: process.env.PATH ?? '',
      HOME: directory.path,
      PALIADIN_STATE_DIR: join(directory.path, 'state'),
    };
    const { code, stdout } = await runCli({ ...base, ...laptop.variables }, 'doctor');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^✓ gateway {2}forced command {2}in force: `true` is refused with 64$/m);
    expect(stdout).toMatch(/^✓ host {5}node/m);
  });

  test('sshd is not listening', async () => {
    await laptop.stopListening();
    try {
      await expectFailure('reachable', /Connection refused/, /start sshd/);
    } finally {
      await laptop.startListening();
    }
  });

  test('the host key differs from the pinned one', async () => {
    const other = join(directory.path, 'other_host_key');
    makeKey(other);
    const known = join(directory.path, 'other_known_hosts');
    writeFileSync(known, `[127.0.0.1]:${laptop.port} ${readFileSync(`${other}.pub`, 'utf8')}`);
    await expectFailure('host key', /Host key verification failed/, /pin it anew/, {
      PALIADIN_KNOWN_HOSTS_FILE: known,
    });
  });

  test('the host refuses the key', async () => {
    const key = join(directory.path, 'other_key');
    makeKey(key);
    await expectFailure('key accepted', /Permission denied/, /host add/, { PALIADIN_SSH_KEY_FILE: key });
  });

  test('the key file is unusable', async () => {
    const key = join(directory.path, 'open_key');
    makeKey(key);
    chmodSync(key, 0o644);
    await expectFailure('key files', /others may read/, /chmod 600/, { PALIADIN_SSH_KEY_FILE: key });
    await expectFailure('key files', /can't be read/, /./, { PALIADIN_SSH_KEY_FILE: '/nowhere/key' });
  });

  test('ssh is missing', async () => {
    await expectFailure('ssh client', /ssh is not found/, /install/, { PATH: directory.path });
  });

  test('the key has no forced command', async () => {
    laptop.setKeyOptions('restrict');
    const { failed } = await look();
    expect(failed.map(({ step }) => step)).toEqual(['forced command', 'shim']);
    expect(failed[0]).toMatchObject({
      found: expect.stringContaining('anything can be run'),
      remedy: expect.stringContaining('host add'),
    });
  });

  test('something else runs in the shim’s place, and does not end', async () => {
    laptop.setKeyOptions('restrict,command="exec sleep 600"');
    expect(await examineForcedCommand(laptop.target, process.env, 1_000)).toMatchObject({
      ok: false,
      found: '`true` was not refused by the shim, and nothing came within 1 s',
      remedy: expect.stringContaining('host add'),
    });
  });

  test('the shim is missing', async () => {
    laptop.setKeyOptions(`restrict,command="${process.execPath} ${laptop.shim}.gone"`);
    const { failed } = await look();
    expect(failed.map(({ step }) => step)).toEqual(['forced command', 'shim']);
    expect(failed[1]?.remedy).toContain('host add');
  });

  test('a plain shim with three verbs passes', async () => {
    const plain = join(laptop.home, 'plain-shim');
    const script =
      '#!/bin/sh\ncase $SSH_ORIGINAL_COMMAND in health*) echo ok;; *) echo "paliadin-shim: no" >&2; exit 64;; esac\n';
    writeFileSync(plain, script, { mode: 0o755 });
    laptop.setKeyOptions(`restrict,command="${plain}"`);
    const { failed, checks } = await look();
    expect(failed).toEqual([]);
    expect(checks.find(({ step }) => step === 'shim')?.remedy).toContain('host add');
  });

  test('the shim has another protocol', async () => {
    const other = join(laptop.home, 'other-shim');
    const script =
      '#!/bin/sh\ncase $SSH_ORIGINAL_COMMAND in version) echo "paliadin-shim 9.0.0 protocol 9";; *) echo "paliadin-shim: no" >&2; exit 64;; esac\n';
    writeFileSync(other, script, { mode: 0o755 });
    laptop.setKeyOptions(`restrict,command="${other}"`);
    const { failed } = await look();
    expect(failed[0]).toMatchObject({ step: 'shim', found: expect.stringMatching(/9\.0\.0, protocol 9; here/) });
    expect(failed[0]?.remedy).toContain('update');
  });

  test('tmux is missing or too old', async () => {
    const tools = join(laptop.home, 'tools');
    mkdirSync(tools);
    laptop.setHostEnv({ PATH: tools });
    const missing = (await look()).failed.find(({ step }) => step === 'tmux');
    expect(missing).toMatchObject({ found: 'tmux is not found on PATH', remedy: expect.stringContaining('install') });
    writeFileSync(join(tools, 'tmux'), '#!/bin/sh\necho tmux 3.1c\n', { mode: 0o755 });
    const old = (await look()).failed.find(({ step }) => step === 'tmux');
    expect(old).toMatchObject({ found: expect.stringMatching(/tmux 3\.1c .* too old/), remedy: expect.any(String) });
  });

  test('the agent is missing', async () => {
    laptop.setHostEnv({ PALIADIN_AGENT: 'claude', PALIADIN_AGENT_COMMAND: '/nowhere/claude' });
    const { failed } = await look();
    expect(failed.map(({ step }) => step)).toEqual(['agent']);
    expect(failed[0]).toMatchObject({
      found: expect.stringContaining('/nowhere/claude is not installed'),
      remedy: expect.stringContaining('install it'),
    });
  });

  test('Claude Code: whether it is signed in, and where it may work', async () => {
    const claude = join(laptop.home, 'claude');
    writeFileSync(claude, '#!/bin/sh\necho "2.1.197 (Claude Code)"\n', { mode: 0o755 });
    laptop.setHostEnv({ PALIADIN_AGENT: 'claude', PALIADIN_AGENT_COMMAND: claude });
    const before = await look();
    expect(before.checks.find(({ step }) => step === 'agent')?.found).toBe(`2.1.197 (Claude Code) (${claude})`);
    expect(before.failed).toEqual([
      expect.objectContaining({ step: 'sign-in', remedy: 'run `claude` on the host and sign in' }),
      expect.objectContaining({ step: 'trust', remedy: expect.stringMatching(/cd \/\S+ && claude/) }),
    ]);
    mkdirSync(join(laptop.home, '.claude'));
    writeFileSync(join(laptop.home, '.claude', '.credentials.json'), '{}');
    const workspace = join(laptop.stateDir, 'workspace');
    const trust = (directory: string) => {
      const known = { hasCompletedOnboarding: true, projects: { [directory]: { hasTrustDialogAccepted: true } } };
      writeFileSync(join(laptop.home, '.claude.json'), JSON.stringify(known));
    };
    trust('/elsewhere');
    expect((await look()).failed.map(({ step, found }) => [step, found])).toEqual([
      ['trust', `Claude Code does not trust ${workspace} yet`],
    ]);
    trust(workspace);
    expect((await look()).failed).toEqual([]);
    writeFileSync(
      join(laptop.home, '.claude', 'keybindings.json'),
      JSON.stringify({ bindings: [{ context: 'Chat', bindings: { enter: 'chat:newline' } }] }),
    );
    expect((await look()).failed).toEqual([
      expect.objectContaining({ step: 'keys', found: expect.stringMatching(/keybindings\.json binds Enter to/) }),
    ]);
    rmSync(join(laptop.home, '.claude', 'keybindings.json'));
    trust(laptop.stateDir);
    writeFileSync(claude, '#!/bin/sh\necho "2.1.332 (Claude Code)"\n', { mode: 0o755 });
    mkdirSync(join(workspace, '.git'));
    expect((await look()).failed).toEqual([
      expect.objectContaining({ step: 'trust', found: expect.stringContaining(`in the repository ${workspace}`) }),
    ]);
  });

  test('the agents’ directory is missing, and is not created', async () => {
    const wrong = join(laptop.home, 'casse');
    laptop.setHostEnv({ PALIADIN_AGENT_DIR: wrong });
    await expectFailure('directory', /casse does not exist/, /PALIADIN_AGENT_DIR/);
    // Looking must not make it: the wrong name would seem right from then on.
    expect(existsSync(wrong)).toBe(false);
  });

  test('the state directory is accessible to others', async () => {
    chmodSync(laptop.stateDir, 0o755);
    try {
      await expectFailure('state', /open to others \(mode 0755\)/, /chmod 700/);
    } finally {
      chmodSync(laptop.stateDir, 0o700);
    }
  });

  test.skipIf(process.getuid?.() !== 0)('the state directory belongs to another account', async () => {
    chownSync(laptop.stateDir, 1, 1);
    try {
      await expectFailure('state', /belongs to the account with number 1/, /PALIADIN_STATE_DIR/);
    } finally {
      chownSync(laptop.stateDir, 0, 0);
    }
  });

  test('the skill is missing', async () => {
    rmSync(join(laptop.home, 'skill', 'skills'), { recursive: true });
    try {
      await expectFailure('skill', /not whole/, /host add/);
    } finally {
      cpSync(SKILL, join(laptop.home, 'skill'), { recursive: true });
    }
  });
});

describe('without another machine', { timeout: LONG }, () => {
  test('this machine is checked in the same way', async () => {
    const state = join(directory.path, 'local');
    const env = { PALIADIN_AGENT: 'demo', PALIADIN_STATE_DIR: state };
    const { checks, failed } = await doctor(env);
    expect(failed).toEqual([]);
    expect(checks[0]).toMatchObject({ step: 'backend', found: expect.stringMatching(/^local/) });
    expect(checks.map(({ step }) => step)).toContain('tmux');
    const base = { PATH: process.env.PATH ?? '', HOME: directory.path };
    expect((await runCli({ ...base, ...env }, 'stop-host')).code).toBe(0);
  });

  test('a disabled backend: doctor says what would enable it', async () => {
    const { failed } = await doctor({ PALIADIN_AGENT: 'none' });
    expect(failed[0]).toMatchObject({
      step: 'backend',
      found: expect.stringMatching(/^disabled: PALIADIN_AGENT is none/),
    });
    expect(failed[0]?.remedy).toContain('host add');
  });
});
