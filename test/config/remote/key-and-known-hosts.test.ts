/**
 * The gateway's key and the pinned host keys, as files and as variables: what ssh would only report as
 * `Permission denied` is named at the start, no secret is printed, and no file is left behind.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { ConfigError, loadConfig } from '../../../src/config/load.ts';
import { remoteTarget } from '../../../src/config/remote/target.ts';
import { prepareState } from '../../../src/config/state-paths.ts';
import { reachOverSsh } from '../../../src/transport/ssh/reach.ts';
import type { SshTarget } from '../../../src/transport/ssh/target.ts';
import { runCli } from '../../faults/run-cli.ts';
import { somebody } from '../../faults/somebody.ts';
import { makeKey, startLaptop } from '../../support/laptop.ts';
import { startedWith } from '../../support/processes.ts';
import { gatewayForTest } from '../../support/use-gateway.ts';

const laptop = await startLaptop();
afterAll(laptop.dispose);
const key = readFileSync(laptop.keyFile, 'utf8');
const knownHosts = readFileSync(laptop.knownHostsFile, 'utf8');
const base64 = (text: string) => Buffer.from(text).toString('base64');
const { PALIADIN_SSH_KEY_FILE: _key, PALIADIN_KNOWN_HOSTS_FILE: _hosts, ...place } = laptop.variables;
const files = { PALIADIN_SSH_KEY_FILE: laptop.keyFile, PALIADIN_KNOWN_HOSTS_FILE: laptop.knownHostsFile };

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'pal-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

interface Refused {
  what: string;
  /** In place of the good ones. */
  variables(at: (name: string) => string): Record<string, string>;
  says: RegExp;
}

/** What a gateway says that does not start with these; and what of theirs it may not say. */
function refusal(variables: Refused['variables']): { said: string; secrets: string[] } {
  const given = givenTo(variables);
  try {
    targetOf(given);
  } catch (error) {
    if (error instanceof ConfigError) return { said: `paliadin: ${error.message}`, secrets: Object.values(given.own) };
    throw error;
  }
  throw new Error('a gateway starts with these');
}

interface Given {
  root: string;
  own: Record<string, string>;
  env: Record<string, string>;
}

/** As a gateway has them that starts in a directory of its own. */
function givenTo(variables: Refused['variables']): Given {
  const root = directory();
  const own = variables((name) => join(root, name));
  const state = join(root, 'state');
  const settings = { ...place, ...files, PALIADIN_PORT: '0', PALIADIN_STATE_DIR: state, ...own };
  return { root, own, env: Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== '')) };
}

/** What the gateway makes of its settings at the start, in this process. */
function targetOf({ root, env }: Given): SshTarget {
  const config = loadConfig(env, root);
  prepareState(config);
  return remoteTarget(config, config.values.PALIADIN_REMOTE_HOST ?? '', { PATH: process.env.PATH });
}

function pem(path: string): string {
  makeKey(path);
  return readFileSync(path, 'utf8');
}

const KEYS: Refused[] = [
  {
    what: 'that others may read',
    variables(at) {
      copyFileSync(laptop.keyFile, at('key'));
      chmodSync(at('key'), 0o644);
      return { PALIADIN_SSH_KEY_FILE: at('key') };
    },
    says: /^paliadin: PALIADIN_SSH_KEY_FILE: others may read the private key \(mode 0644\), so ssh will not use it; run: chmod 600 \//,
  },
  {
    what: 'with a passphrase',
    variables(at) {
      makeKey(at('key'), 'open sesame');
      return { PALIADIN_SSH_KEY_FILE: at('key') };
    },
    says: /^paliadin: PALIADIN_SSH_KEY_FILE: the private key has a passphrase, and nobody is there to type it; make one without/,
  },
  {
    what: 'with a passphrase, of the older kind',
    variables(at) {
      execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', 'open sesame', '-f', at('key')]);
      return { PALIADIN_SSH_KEY_FILE: at('key') };
    },
    says: /^paliadin: PALIADIN_SSH_KEY_FILE: the private key has a passphrase/,
  },
  {
    what: 'that is the public one',
    variables(at) {
      copyFileSync(`${laptop.keyFile}.pub`, at('key'));
      chmodSync(at('key'), 0o600);
      return { PALIADIN_SSH_KEY_FILE: at('key') };
    },
    says: /^paliadin: PALIADIN_SSH_KEY_FILE: this is a public key; give the private one, without \.pub$/m,
  },
  {
    what: 'that is none',
    variables(at) {
      writeFileSync(at('key'), 'not a key at all\n', { mode: 0o600 });
      return { PALIADIN_SSH_KEY_FILE: at('key') };
    },
    says: /^paliadin: PALIADIN_SSH_KEY_FILE: this is no private key; it begins with -----BEGIN … PRIVATE KEY-----$/m,
  },
  {
    what: 'that is not there',
    variables: (at) => ({ PALIADIN_SSH_KEY_FILE: at('nowhere') }),
    says: /^paliadin: PALIADIN_SSH_KEY_FILE: the private key can't be read: ENOENT/,
  },
  {
    what: 'that is a directory',
    variables: (at) => ({ PALIADIN_SSH_KEY_FILE: at('.') }),
    says: /^paliadin: PALIADIN_SSH_KEY_FILE: the private key can't be read: EISDIR/,
  },
  {
    what: 'at a path that ssh would read otherwise',
    variables(at) {
      copyFileSync(laptop.keyFile, at('50%'));
      return { PALIADIN_SSH_KEY_FILE: at('50%') };
    },
    says: /^paliadin: PALIADIN_SSH_KEY_FILE: ssh can't be given a path with % in it/,
  },
  {
    what: 'as a variable, with a passphrase',
    variables(at) {
      makeKey(at('key'), 'open sesame');
      return { PALIADIN_SSH_KEY_FILE: '', PALIADIN_SSH_KEY: readFileSync(at('key'), 'utf8') };
    },
    says: /^paliadin: PALIADIN_SSH_KEY: the private key has a passphrase/,
  },
  {
    what: 'as a variable, cut short',
    variables: (at) => ({ PALIADIN_SSH_KEY_FILE: '', PALIADIN_SSH_KEY: base64(pem(at('key')).slice(0, 200)) }),
    says: /^paliadin: PALIADIN_SSH_KEY: ssh-keygen can't read the private key: /,
  },
  {
    what: 'as a variable that is neither text nor base64 of a key',
    variables: () => ({ PALIADIN_SSH_KEY_FILE: '', PALIADIN_SSH_KEY: 'aGVsbG8gd29ybGQ=' }),
    says: /^paliadin: PALIADIN_SSH_KEY: this is no private key/,
  },
  {
    what: 'as a variable that is the public one',
    variables: () => ({ PALIADIN_SSH_KEY_FILE: '', PALIADIN_SSH_KEY: readFileSync(`${laptop.keyFile}.pub`, 'utf8') }),
    says: /^paliadin: PALIADIN_SSH_KEY: this is a public key/,
  },
  {
    what: 'given twice',
    variables: () => ({ PALIADIN_SSH_KEY: key }),
    says: /^paliadin: set PALIADIN_SSH_KEY or PALIADIN_SSH_KEY_FILE, not both$/m,
  },
  {
    what: 'not given',
    variables: () => ({ PALIADIN_SSH_KEY_FILE: '' }),
    says: /^paliadin: PALIADIN_REMOTE_HOST is set, and PALIADIN_SSH_KEY or PALIADIN_SSH_KEY_FILE is needed with it; `paliadin host add /,
  },
];

const hosts =
  (text: string): Refused['variables'] =>
  (at) => {
    writeFileSync(at('known_hosts'), text);
    return { PALIADIN_KNOWN_HOSTS_FILE: at('known_hosts') };
  };
const other = '[127.0.0.2]:22 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8ZqkqNPoxAxLUfNeHkCqL7i6wKzsNPpTWAYWtOzyEk';

const KNOWN_HOSTS: Refused[] = [
  {
    what: 'with a line that ssh can’t read',
    variables: hosts(`# ours\n\n${knownHosts}[127.0.0.1]:1 ssh-ed25519\n`),
    says: /^paliadin: PALIADIN_KNOWN_HOSTS_FILE: line 4 is malformed; a line is: \[127\.0\.0\.1\]:\d+ ssh-ed25519 AAAA…$/m,
  },
  {
    what: 'with a key that is no key',
    variables: hosts(`[127.0.0.1]:${laptop.port} ssh-ed25519 aGVsbG8=\n`),
    says: /PALIADIN_KNOWN_HOSTS_FILE: line 1 is malformed/,
  },
  {
    what: 'with a key that was cut short',
    variables: hosts(`${knownHosts.trim().slice(0, -20)}\n`),
    says: /PALIADIN_KNOWN_HOSTS_FILE: line 1 is malformed/,
  },
  {
    what: 'with no line for this host',
    variables: hosts(`${other}\n`),
    says: /^paliadin: PALIADIN_KNOWN_HOSTS_FILE: there is no key of \[127\.0\.0\.1\]:\d+; add the host's line, as ssh-keyscan -p \d+ 127\.0\.0\.1 prints it/,
  },
  {
    what: 'with this host’s line for another port',
    variables: hosts(knownHosts.replace(/:\d+/, ':22')),
    says: /PALIADIN_KNOWN_HOSTS_FILE: there is no key of /,
  },
  {
    what: 'with this host’s key revoked',
    variables: hosts(`@revoked ${knownHosts}`),
    says: /PALIADIN_KNOWN_HOSTS_FILE: there is no key of /,
  },
  {
    what: 'that are empty',
    variables: hosts(''),
    says: /PALIADIN_KNOWN_HOSTS_FILE: there is no key of /,
  },
  {
    what: 'that are not there',
    variables: (at) => ({ PALIADIN_KNOWN_HOSTS_FILE: at('nowhere') }),
    says: /^paliadin: PALIADIN_KNOWN_HOSTS_FILE: the known hosts can't be read: ENOENT/,
  },
  {
    what: 'as a variable with a bad line',
    variables: () => ({ PALIADIN_KNOWN_HOSTS_FILE: '', PALIADIN_KNOWN_HOSTS: base64(`${knownHosts}nonsense\n`) }),
    says: /^paliadin: PALIADIN_KNOWN_HOSTS: line 2 is malformed/,
  },
  {
    what: 'not given, when the key came as a variable',
    variables: () => ({ PALIADIN_SSH_KEY_FILE: '', PALIADIN_SSH_KEY: key, PALIADIN_KNOWN_HOSTS_FILE: '' }),
    says: /^paliadin: PALIADIN_REMOTE_HOST is set, and PALIADIN_KNOWN_HOSTS or PALIADIN_KNOWN_HOSTS_FILE is needed/,
  },
];

describe('a gateway does not start with a key', () => {
  test.each(KEYS)('$what', ({ variables, says }) => {
    const { said, secrets } = refusal(variables);
    expect(said).toMatch(says);
    for (const line of [key, ...secrets].flatMap((text) => text.split('\n')).filter((text) => text.length > 40)) {
      if (!line.startsWith('/')) expect(said).not.toContain(line);
    }
    expect(said).not.toMatch(/open sesame|\n {4}at /);
  });
});

describe('a gateway does not start with known hosts', () => {
  test.each(KNOWN_HOSTS)('$what', ({ variables, says }) => {
    expect(refusal(variables).said).toMatch(says);
  });
});

test.each([
  KEYS.find(({ what }) => what === 'as a variable, with a passphrase'),
  KNOWN_HOSTS.find(({ what }) => what === 'as a variable with a bad line'),
])('the command says only why it does not start ($what), and leaves no file behind', async (refused) => {
  if (refused === undefined) throw new TypeError('one of the above');
  const { root, own, env } = givenTo(refused.variables);
  const { code, said } = await runCli(['start'], { env, cwd: root });
  expect(code).toBe(1);
  expect(said).toMatch(refused.says);
  for (const line of [key, ...Object.values(own)].flatMap((text) => text.split('\n'))) {
    if (line.length > 40) expect(said).not.toContain(line);
  }
  expect(said).not.toMatch(/open sesame|\n {4}at /);
  expect(readdirSync(join(root, 'state', 'ssh'))).toEqual([]);
});

describe('key and known hosts given as variables', () => {
  test.each([
    ['as text', (text: string) => text],
    ['as text without its last line end', (text: string) => text.trimEnd()],
    ['in base64', base64],
    ['in base64 with line ends', (text: string) => base64(text).replaceAll(/.{76}/g, '$&\n')],
    ['with the line ends of Windows', (text: string) => text.replaceAll('\n', '\r\n')],
  ])('%s work, from private files', async (_how, written) => {
    const variables = {
      PALIADIN_SSH_KEY_FILE: '',
      PALIADIN_KNOWN_HOSTS_FILE: '',
      PALIADIN_SSH_KEY: written(key),
      PALIADIN_KNOWN_HOSTS: written(`# ours\n${knownHosts}`),
    };
    const target = targetOf(givenTo(() => variables));
    expect([target.keyFile, target.knownHostsFile].map(modeOf)).toEqual(['600', '600']);
    await isReached(target);
  });

  test('in base64, with the line ends of Windows inside, work; their files are deleted with the gateway', async () => {
    const written = (text: string) => base64(text.replaceAll('\n', '\r\n'));
    const variables = {
      ...place,
      PALIADIN_SSH_KEY: written(key),
      PALIADIN_KNOWN_HOSTS: written(`# ours\n${knownHosts}`),
    };
    const gateway = await gatewayForTest({
      laptop,
      env: { PALIADIN_SSH_KEY_FILE: '', PALIADIN_KNOWN_HOSTS_FILE: '', ...variables },
    });
    const owner = await somebody(gateway);
    await owner.goesOn();
    const own = join(gateway.stateDir, 'ssh', String(gateway.pid));
    expect(readdirSync(own).toSorted()).toEqual(['key', 'known_hosts']);
    expect([own, join(own, 'key'), join(own, 'known_hosts')].map(modeOf)).toEqual(['700', '600', '600']);

    // The key is the gateway's alone: neither ssh nor the host's side has it in its environment, nor the log.
    const marks = [key.split('\n')[1] ?? '', base64(key).slice(100, 140)];
    const started = [...startedWith(`HOME=${laptop.home}`), ...sshOf(gateway.pid)];
    expect(started.length).toBeGreaterThan(1);
    for (const pid of started) {
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
      expect(environment).not.toMatch(/PALIADIN_SSH_KEY/);
      for (const mark of marks) expect(environment).not.toContain(mark);
    }
    for (const mark of marks) expect(gateway.log).not.toContain(mark);

    expect(await gateway.end('SIGTERM')).toBe(0);
    expect(readdirSync(join(gateway.stateDir, 'ssh'))).toEqual([]);
  });

  test('are not visible to a daemon or agents on this machine when no host is configured', async () => {
    const gateway = await gatewayForTest({ env: { PALIADIN_SSH_KEY: key } });
    const owner = await somebody(gateway);
    await owner.goesOn();
    const terminal = Number(await owner.tmux('display-message', '-p', '#{pid}'));
    const agent = Number(await owner.tmux('display-message', '-p', '#{pane_pid}'));
    for (const pid of [await gateway.daemonPid(), terminal, agent]) {
      expect(readFileSync(`/proc/${pid}/environ`, 'latin1')).toMatch(/PATH=/);
      expect(readFileSync(`/proc/${pid}/environ`, 'latin1')).not.toMatch(/PALIADIN_SSH_KEY|PRIVATE KEY/);
    }
    expect(readFileSync(`/proc/${gateway.pid}/environ`, 'latin1')).toMatch(/PALIADIN_SSH_KEY/);
  });

  test('are deleted after an error, and after a kill at the next start', async () => {
    const env = {
      PALIADIN_SSH_KEY_FILE: '',
      PALIADIN_KNOWN_HOSTS_FILE: '',
      PALIADIN_SSH_KEY: base64(key),
      PALIADIN_KNOWN_HOSTS: base64(knownHosts),
    };
    const gateway = await gatewayForTest({ laptop, env });
    const left = join(gateway.stateDir, 'ssh', String(gateway.pid));
    await gateway.end('SIGKILL');
    expect(readdirSync(left)).toContain('key');
    await gateway.start();
    expect(existsSync(left)).toBe(false);
    await (await somebody(gateway)).goesOn();

    // A second gateway on the port ends with an error; what it wrote goes, what the first one has stays.
    const root = directory();
    const settings = {
      ...place,
      ...env,
      PALIADIN_PORT: new URL(gateway.url).port,
      PALIADIN_STATE_DIR: join(root, 'state'),
    };
    const { code, said } = await runCli(['start'], {
      env: Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== '')),
      cwd: root,
    });
    expect({ code, said }).toEqual({ code: 1, said: expect.stringMatching(/PALIADIN_PORT is \d+: it is taken/) });
    expect(readdirSync(join(root, 'state', 'ssh'))).toEqual([]);
    expect(readdirSync(join(gateway.stateDir, 'ssh'))).toEqual([String(gateway.pid)]);
  });
});

describe('known hosts', () => {
  test.each([
    ['with hashed names', hashed],
    ['with comments, other hosts and empty lines', () => `# laptop\n\n${other}\n${knownHosts}\n`],
    ['with the line ends of Windows', () => knownHosts.replaceAll('\n', '\r\n')],
    ['with a pattern and a comment', () => knownHosts.replace(/^\S+/, `[127.0.0.*]:${laptop.port}`)],
  ])('%s work', async (_how, text) => {
    const file = join(directory(), 'known hosts');
    writeFileSync(file, text());
    await isReached(targetOf(givenTo(() => ({ PALIADIN_KNOWN_HOSTS_FILE: file }))));
  });
});

/** ssh takes them, and the host answers. */
async function isReached(target: SshTarget): Promise<void> {
  const channel = await reachOverSsh(target, { PATH: process.env.PATH });
  expect(channel.identity).toMatchObject({ agent: 'demo' });
  channel.close();
}

function hashed(): string {
  const file = join(directory(), 'hashed');
  writeFileSync(file, knownHosts);
  execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(/^\|1\|/);
  return text;
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

function sshOf(pid: number): number[] {
  const stdout = execFileSync('ps', ['--ppid', String(pid), '-o', 'pid=,comm='], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter((line) => line.endsWith(' ssh'))
    .map((line) => Number.parseInt(line, 10));
}
