/** `paliadin host add`: a second account of this machine is the laptop, behind its own sshd. */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { startTestGateway } from '../support/gateway.ts';
import { startLaptop } from '../support/laptop.ts';
import { type OtherAccount, startOtherAccount, WHY_NOT } from '../support/other-account.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { failures, newOwner, type Owner, through } from './owner.ts';

const SKILL = '.local/share/paliadin/skill/skills/paliadin/SKILL.md';
const HOST_ENV = '.local/share/paliadin/host.env';
const KEYS = '.ssh/authorized_keys';
const OWN_SETTINGS = '# mine\nPALIADIN_PORT=0\n';
// A look at the host, an installation and a doctor, each through new connections, on a busy machine.
const LONG = 120_000;

describe.skipIf(WHY_NOT !== null)(`host add${WHY_NOT === null ? '' : ` (not here: ${WHY_NOT})`}`, () => {
  let account: OtherAccount;
  let owner: Owner;
  const add = (...more: string[]) => owner.cli('host', 'add', account.target, ...through(account, owner), ...more);

  beforeAll(async () => {
    account = await startOtherAccount();
    // What people's start files do.
    account.write('tools/hello', '', 0o700);
    account.write('.bashrc', 'echo Good morning\ncase $- in *i*) export PATH="$HOME/tools:$PATH" ;; esac\n');
    account.write('.bash_profile', '. ~/.bashrc\n');
    owner = await newOwner(OWN_SETTINGS);
  }, LONG);
  afterAll(async () => {
    await owner?.dispose();
    await account?.dispose();
  });

  test('does every step, prints a line for each, and checks that the host works', { timeout: LONG }, async () => {
    const { code, stdout, stderr } = await add();
    expect(failures(stdout)).toEqual([]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const step of ['your access', 'node', 'host key', 'gateway key', 'shim file', 'key line', 'channel']) {
      expect(stdout).toMatch(new RegExp(`^✓ \\w+ +${step} `, 'm'));
    }
    expect(stdout).toContain('your ssh has known it');
  });

  test('adds a key line that allows only the shim, and changes no other line', () => {
    const [mine, ours, ...rest] = account.read(KEYS).split('\n');
    expect(mine).toBe(account.ownerLine);
    expect(ours).toMatch(
      /^restrict,command="\/\S+ --disable-warning=ExperimentalWarning \/\S+\/paliadin-shim\.mjs" ssh-ed25519 \S+ paliadin:[0-9a-f]{8}$/,
    );
    expect(rest).toEqual(['']);
  });

  test('creates files that belong to the account, with mode 600', async () => {
    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
    for (const path of [KEYS, HOST_ENV, SKILL]) {
      expect([path, statSync(join(account.home, path)).uid, modeOf(join(account.home, path))]).toEqual([
        path,
        account.uid,
        '600',
      ]);
    }
    expect(modeOf(join(account.home, '.ssh'))).toBe('700');
    const [listed] = await owner.hosts();
    expect(modeOf(listed?.keyFile ?? '')).toBe('600');
    expect(modeOf(listed?.knownHostsFile ?? '')).toBe('600');
    expect(readdirSync(owner.home)).toEqual([]);
  });

  test('writes PALIADIN_APPROVALS=deny with an explanation when nothing was chosen', () => {
    expect(account.read(HOST_ENV)).toMatch(
      /^# deny: nothing, whatever the gateway says[\s\S]*^PALIADIN_APPROVALS=deny$/m,
    );
  });

  test('finds programs where the account’s own terminal does', () => {
    const directories = parseEnv(account.read(HOST_ENV)).PATH?.split(':');
    expect(directories).toContain(join(account.home, 'tools'));
    expect(directories).toContain(join(account.home, '.local/bin'));
  });

  test('puts the host on the list, and leaves the settings as they are', async () => {
    expect(readFileSync(owner.settings, 'utf8')).toBe(OWN_SETTINGS);
    expect(await owner.hosts()).toMatchObject([
      { name: '127.0.0.1', user: account.name, address: '127.0.0.1', port: account.port, enabled: true },
    ]);
  });

  test('takes the variables that an earlier version wrote out of the settings', { timeout: LONG }, async () => {
    const [listed] = await owner.hosts();
    const variables = `PALIADIN_REMOTE_HOST=127.0.0.1\nPALIADIN_SSH_KEY_FILE=${listed?.keyFile}\n`;
    writeFileSync(owner.settings, OWN_SETTINGS + variables);
    const { code, stdout } = await add();
    expect([code, failures(stdout)]).toEqual([0, []]);
    expect(readFileSync(owner.settings, 'utf8')).toBe(OWN_SETTINGS);
    expect(await owner.hosts()).toHaveLength(1);
  });

  test('makes an agent of that account answer a question', { timeout: LONG }, async () => {
    await using gateway = await startTestGateway({ stateDir: owner.stateDir });
    const turn = await (await gateway.as('owner')).answer('Which cases are due this week?');
    expect(turn).toMatchObject({ status: 'completed', error: null });
    expect(turn.response).not.toBe('');
    const { session } = await (await gateway.as('owner')).me();
    expect(account.read(`.local/state/paliadin-host/host/sessions/${session.name}/agent/prompts.jsonl`)).toContain(
      turn.turnId,
    );
    expect(account.processes().filter(({ command }) => command.includes('demo-agent'))).not.toEqual([]);
  });

  test('changes nothing when it is repeated', { timeout: LONG }, async () => {
    const files = () => [account.read(KEYS), account.read(HOST_ENV), account.read(SKILL), account.read(KEYS)];
    const [listed] = await owner.hosts();
    const key = () => readFileSync(listed?.keyFile ?? '', 'utf8');
    const before = [...files(), readFileSync(owner.settings, 'utf8'), key()];
    // By the name that the owner's ssh configuration has for it.
    const { code, stdout } = await owner.cli('host', 'add', 'laptop@my-laptop', ...through(account, owner));
    expect([code, failures(stdout)]).toEqual([0, []]);
    expect([...files(), readFileSync(owner.settings, 'utf8'), key()]).toEqual(before);
    expect(stdout).toContain('already there');
  });

  test('keeps what the owner wrote, and updates the rest', { timeout: LONG }, async () => {
    const skill = account.read(SKILL);
    account.write(SKILL, skill.replace(/(## Who you are\n)[^#]*/, '$1\nYou are Ada, of the registry.\n\n'));
    account.write(HOST_ENV, `${account.read(HOST_ENV)}ANTHROPIC_BASE_URL=http://127.0.0.1:1\n`);
    const { stdout } = await add('--agent', 'demo');
    expect(stdout).toContain('your section "Who you are" is kept');
    expect(stdout).not.toContain('placeholder');
    expect(account.read(SKILL)).toContain('You are Ada, of the registry.');
    expect(account.read(SKILL)).toContain('## The message');
    expect(parseEnv(account.read(HOST_ENV))).toMatchObject({
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:1',
      PALIADIN_AGENT: 'demo',
    });

    account.write(SKILL, account.read(SKILL).replace('## The message', '## What arrives'));
    const again = await add('--approvals', 'gateway');
    expect(again.stdout).toMatch(/✓ host +host\.env .*PALIADIN_APPROVALS=gateway: what the agent asks leave for may/);
    expect(parseEnv(account.read(HOST_ENV)).PALIADIN_APPROVALS).toBe('gateway');
    expect(again.stdout).toContain('your SKILL.md is kept as it is');
    expect(account.read(SKILL)).toContain('## What arrives');
    expect(account.read(`${SKILL}.new`)).toBe(skill);
  });

  test('replaces its own older line in place', { timeout: LONG }, async () => {
    const ours = account.read(KEYS).split('\n')[1] ?? '';
    const comment = ours.split(' ').at(-1);
    const old = `restrict,command="/old/node /old/shim" ssh-ed25519 AAAA ${comment}`;
    const others = ['# a comment\r', 'ssh-rsa AAAA paliadin:00000000', `ssh-ed25519 AAAA not-${comment}`];
    account.write(KEYS, [account.ownerLine, old, ...others, old].join('\n'), 0o644);
    const { code, stdout } = await add();
    expect(code).toBe(0);
    expect(stdout).toContain('replaced the older one');
    expect(account.read(KEYS)).toBe(`${[account.ownerLine, ours, ...others].join('\n')}\n`);
    expect(statSync(join(account.home, KEYS)).mode & 0o777).toBe(0o600);
  });

  test('creates a new key when the gateway has lost its own', { timeout: LONG }, async () => {
    const before = account.read(KEYS);
    const [listed] = await owner.hosts();
    rmSync(listed?.keyFile ?? '');
    const { code, stdout } = await add();
    expect([code, failures(stdout)]).toEqual([0, []]);
    // What was chosen once stays.
    expect(parseEnv(account.read(HOST_ENV)).PALIADIN_APPROVALS).toBe('gateway');
    expect(account.read(KEYS)).not.toBe(before);
    expect(account.read(KEYS).split('\n')).toHaveLength(before.split('\n').length);
  });

  test('prints complete settings for a gateway on another machine', { timeout: LONG }, async () => {
    const { code, stdout, stderr } = await add('--print');
    expect(code).toBe(0);
    expect(stderr).toContain('✓ host     shim file');
    const printed = parseEnv(stdout) as Record<string, string>;
    expect(Object.keys(printed).sort()).toEqual([
      'PALIADIN_KNOWN_HOSTS',
      'PALIADIN_REMOTE_HOST',
      'PALIADIN_REMOTE_PORT',
      'PALIADIN_REMOTE_USER',
      'PALIADIN_SSH_KEY',
    ]);
    const elsewhere = await newOwner();
    onTestFinished(() => elsewhere.dispose());
    const looked = await runCli({ ...elsewhere.env, ...printed }, 'doctor');
    expect([looked.code, failures(looked.stdout)]).toEqual([0, []]);
  });

  test('reports a missing service manager, and continues', { timeout: LONG }, async () => {
    const { code, stdout } = await add('--service');
    expect(code).toBe(1);
    expect(failures(stdout).join()).toMatch(/service .*can’t be reached[\s\S]*it works without/);
    expect((await owner.doctor()).code).toBe(0);
  });

  test('refuses a host key that the owner’s ssh does not know', { timeout: LONG }, async () => {
    // The owner's ssh is led to the account by a proxy; who answers at the address itself is somebody else.
    await using other = await startLaptop();
    await using knownHosts = await disposable();
    const proxy = `ProxyCommand=${process.execPath} -e 's=net.connect(${account.port},"127.0.0.1");process.stdin.pipe(s).pipe(process.stdout)'`;
    const options = [proxy, 'StrictHostKeyChecking=accept-new', `UserKnownHostsFile=${knownHosts.path}/known_hosts`];
    const settings = ['--ssh-config', account.sshConfig, '--settings', join(knownHosts.path, '.env')];
    const target = `${account.name}@127.0.0.1:${other.port}`;
    const sshOptions = options.flatMap((option) => ['--ssh-option', option]);
    const { code, stdout } = await owner.cli('host', 'add', target, ...settings, ...sshOptions);
    expect(code).toBe(1);
    expect(stdout).toMatch(/✓ gateway +your access[\s\S]*the gateway connects to 127\.0\.0\.1/);
    expect(failures(stdout)).toHaveLength(1);
    expect(failures(stdout)[0]).toMatch(
      /host key +what answers there does not have the key[\s\S]*find out who answers/,
    );
    expect(readdirSync(knownHosts.path)).toEqual(['known_hosts']);
  });

  test('says when the owner’s ssh accepted the host key just now', { timeout: LONG }, async () => {
    await using knownHosts = await disposable();
    const sshOptions = ['StrictHostKeyChecking=accept-new', `UserKnownHostsFile=${knownHosts.path}/known_hosts`];
    const { code, stdout } = await add(...sshOptions.flatMap((option) => ['--ssh-option', option]));
    expect(code).toBe(0);
    expect(stdout).toMatch(/host key +pinned ssh-ed25519 SHA256:\S+\n +→ your ssh has met it just now/);
  });

  test('needs the owner’s own ssh access', { timeout: LONG }, async () => {
    await using place = await disposable();
    const stranger = ['--ssh-option', `IdentityFile=${place.path}/none`, '--ssh-option', 'BatchMode=yes'];
    const { code, stdout } = await owner.cli(
      'host',
      'add',
      account.target,
      '--settings',
      owner.settings,
      '--ssh-config',
      '/dev/null',
      '--ssh-option',
      `UserKnownHostsFile=${account.ownerKnownHosts}`,
      '--ssh-option',
      'IdentityAgent=none',
      ...stranger,
    );
    expect(code).toBe(1);
    expect(failures(stdout).join()).toMatch(
      /Permission denied[\s\S]*your own ssh has to get in first; try `ssh -p \d+ laptop@/,
    );
  });

  test('waits a limited time for a startup file that never ends', { timeout: LONG }, async () => {
    const text = account.read('.bash_profile');
    onTestFinished(() => account.write('.bash_profile', text));
    account.write('.bash_profile', 'case $- in *i*) sleep 1000 ;; esac\n');
    const { code, stdout } = await add();
    expect([code, failures(stdout)]).toEqual([0, []]);
  });

  test('says why a host is unreachable', { timeout: LONG }, async () => {
    await account.stop();
    onTestFinished(() => account.start());
    const { code, stdout } = await add();
    expect(code).toBe(1);
    expect(failures(stdout).join()).toMatch(/Connection refused[\s\S]*nothing listens there/);
  });
});

test('an invalid value of --approvals is refused before ssh is called', async () => {
  const owner = await newOwner();
  onTestFinished(() => owner.dispose());
  const { code, stderr } = await owner.cli('host', 'add', 'm@laptop', '--approvals', 'owner');
  expect([code, stderr]).toEqual([1, 'paliadin: --approvals is "owner": deny or gateway\n']);
});

test('an invalid host is refused before ssh is called', async () => {
  const owner = await newOwner();
  onTestFinished(() => owner.dispose());
  const { code, stderr } = await owner.cli(
    'host',
    'add',
    '--settings',
    owner.settings,
    '--',
    '-oProxyCommand=x@laptop',
  );
  expect(code).toBe(1);
  expect(stderr).toContain('is not a host: write USER@HOST');
});

async function disposable() {
  const { path, remove } = await temporaryDirectory();
  return { path, [Symbol.asyncDispose]: remove };
}
