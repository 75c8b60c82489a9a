/** The parts of the setup that only handle text. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { parseEnv } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { chooseApprovals } from '../../src/cli/commands/host/choose-approvals.ts';
import { envLine, withEnvLines } from '../../src/setup/env-lines.ts';
import { withKeyLine, withoutKeyLine } from '../../src/setup/on-host/authorized-keys.ts';
import { isHostEnvEdited, writeHostEnv } from '../../src/setup/on-host/host-env.ts';
import { launchdPlist, systemdUnit } from '../../src/setup/on-host/service-files.ts';
import { readLook } from '../../src/setup/over-ssh/inspect.ts';
import { splitPersona } from '../../src/setup/persona.ts';
import { shellQuoted } from '../../src/setup/shell-quoted.ts';
import { parseTarget } from '../../src/setup/target.ts';
import { temporaryDirectory } from '../support/temporary.ts';

describe('a host’s address', () => {
  test.each([
    ['m@laptop', { user: 'm', host: 'laptop', port: null }],
    ['m@laptop.tail1234.ts.net:22022', { user: 'm', host: 'laptop.tail1234.ts.net', port: 22_022 }],
    ['m@10.0.0.2:22', { user: 'm', host: '10.0.0.2', port: 22 }],
    ['m@[fd00::2]:22', { user: 'm', host: 'fd00::2', port: 22 }],
  ])('%s', (written, target) => {
    expect(parseTarget(written)).toEqual(target);
  });

  test.each([
    'laptop',
    '-oProxyCommand=x@laptop',
    'm@-oProxyCommand=touch',
    'm@host:0',
    'm@host:70000',
    'm@a b',
    '@host',
    'm@host:',
    'm@host:22x',
    'm@$(id)',
    'm;id@host',
    'm@host\n',
    '',
  ])('%j is none', (written) => {
    expect(() => parseTarget(written)).toThrow('is not a host');
  });
});

describe('lines of a settings file', () => {
  test('of ours are replaced in place, and others stay', () => {
    const text = '# mine\nexport A=1\n\nB = "two"\r\nA=3\nAB=4';
    expect(withEnvLines(text, { A: 'x', C: 'y z' })).toBe('# mine\nA=x\n\nB = "two"\r\nAB=4\nC=\'y z\'\n');
    expect(withEnvLines(text, { A: null, C: null })).toBe('# mine\n\nB = "two"\r\nAB=4\n');
  });

  test.each(['plain/path', 'a b', "it's", 'say "hi"', '#', '$HOME', 'a=b', ''])('%j comes back as it was', (value) => {
    expect(parseEnv(envLine('NAME', value)).NAME).toBe(value);
  });

  test('with a value that no line can hold are refused', () => {
    expect(() => envLine('NAME', 'two\nlines')).toThrow('NAME');
  });
});

describe('host.env', () => {
  const request = { gateway: '0123abcd', publicKey: '', node: '/n', path: '/bin', service: false, skill: [] };
  const write = (text: string | null, approvals?: 'deny' | 'gateway') => {
    const file = join(directory, 'host.env');
    if (text === null) rmSync(file, { force: true });
    else writeFileSync(file, text);
    const now = writeHostEnv(file, { ...request, ...(approvals && { approvals }) });
    return { now, text: readFileSync(file, 'utf8'), edited: isHostEnvEdited(file) };
  };
  let directory: string;
  beforeAll(async () => {
    const { path, remove } = await temporaryDirectory();
    directory = path;
    return remove;
  });

  test('explains which approvals a gateway may decide, with deny as default', () => {
    const first = write(null);
    expect(first).toMatchObject({ now: 'deny', edited: false });
    expect(first.text).toMatch(/^# deny: nothing[\s\S]*\nPALIADIN_APPROVALS=deny\n$/m);
    // Again, it is as it was; chosen anew, only the value changes.
    expect(write(first.text)).toEqual(first);
    expect(write(first.text, 'gateway').text).toBe(first.text.replace('=deny', '=gateway'));
    expect(write('PALIADIN_APPROVALS=gateway\n')).toMatchObject({ now: 'gateway' });
    expect(write('PALIADIN_AGENT_DIR=/x\n')).toMatchObject({ now: 'deny', edited: true });
  });

  test('explains the isolation level that the gateway requires, and keeps the owner’s value', () => {
    const file = join(directory, 'host.env');
    const level = (text: string) => {
      writeFileSync(file, text);
      writeHostEnv(file, { ...request, isolation: 'sandbox' });
      return /^PALIADIN_ISOLATION=(.*)$/m.exec(readFileSync(file, 'utf8'))?.[1];
    };
    expect(level('')).toBe('sandbox');
    expect(level('PALIADIN_ISOLATION=directory\n')).toBe('directory');
    expect(isHostEnvEdited(file)).toBe(false);
    expect(write(null).text).not.toContain('PALIADIN_ISOLATION');
  });

  test('with an invalid value is not changed, and the error names it', () => {
    expect(() => write('PALIADIN_APPROVALS=owner\n')).toThrow(
      'PALIADIN_APPROVALS is "owner"; in host.env it is deny or',
    );
    expect(readFileSync(join(directory, 'host.env'), 'utf8')).toBe('PALIADIN_APPROVALS=owner\n');
    expect(write('PALIADIN_APPROVALS=owner\n', 'deny').text).toBe('PALIADIN_APPROVALS=deny\nPATH=/bin\n');
  });
});

describe('the question about approvals', () => {
  const ask = async (...typed: string[]) => {
    const [stdin, stderr] = [new PassThrough(), new PassThrough()];
    const chosen = chooseApprovals({ stdin, stderr });
    const said = text(stderr);
    for (const line of typed) stdin.write(`${line}\n`);
    if (typed.length === 0) stdin.end();
    const value = await chosen;
    stderr.end();
    return { value, said: await said };
  };

  test('is repeated until the answer is valid; Enter and a closed terminal mean deny', async () => {
    const { value, said } = await ask('yes', ' Gateway ');
    expect(value).toBe('gateway');
    expect(said).toMatch(/Whoever steals the gateway can then allow\s+themselves any command/);
    expect(said.match(/deny or gateway \[deny\]/g)).toHaveLength(2);
    expect((await ask('')).value).toBe('deny');
    expect((await ask()).value).toBe('deny');
  });
});

describe('authorized_keys', () => {
  const key = { gateway: '0123abcd', publicKey: 'ssh-ed25519 AAAA', node: '/usr/bin/node', shim: '/home/m/shim.mjs' };
  const ours =
    'restrict,command="/usr/bin/node --disable-warning=ExperimentalWarning /home/m/shim.mjs" ssh-ed25519 AAAA paliadin:0123abcd';

  test('our line is appended, replaced in place, and removed', () => {
    expect(withKeyLine('', key)).toBe(`${ours}\n`);
    expect(withKeyLine('mine', key)).toBe(`mine\n${ours}\n`);
    expect(withKeyLine(`mine\nx paliadin:0123abcd\r\nlast`, key)).toBe(`mine\n${ours}\nlast\n`);
    expect(withoutKeyLine(`mine\n${ours}\nlast`, '0123abcd')).toBe('mine\nlast\n');
    expect(withoutKeyLine('mine\nlast', '0123abcd')).toBe('mine\nlast');
  });

  test('paths are single words to the login shell, or refused', () => {
    expect(withKeyLine('', { ...key, node: '/my programs/node' })).toContain(`command="'/my programs/node' --`);
    for (const node of ['/a"b/node', '/a\\b/node', '/a\nb/node', "/a'b/node"]) {
      expect(() => withKeyLine('', { ...key, node })).toThrow("can't be a forced command");
    }
  });
});

test.each(['plain', 'two words', "it's", '$(touch canary)', '`id`', '=cmd', '~', '', '*', 'a\nb', '"', '\\'])(
  'a shell takes %j as one word',
  (word) => {
    const said = execFileSync('sh', ['-s'], { input: `printf '<%s>' ${shellQuoted(word)}`, encoding: 'utf8' });
    expect(said).toBe(`<${word}>`);
  },
);

describe('the inspection of a host', () => {
  const look = (...lines: string[]) => readLook(lines.map((line) => `paliadin-look ${line}\n`).join(''));

  test('takes the first Node that is new enough, and finds the programs', () => {
    const found = look(
      'system Darwin',
      'account m',
      'home /Users/m',
      'path /usr/bin',
      'node /usr/bin/node\t20.1.0\t/usr/bin/node',
      'node /opt/homebrew/bin/node\t24.1.0\t/opt/homebrew/Cellar/node/24.1.0/bin/node',
      'tmux /opt/homebrew/bin/tmux',
      'claude /Users/m/.claude/local/claude',
    );
    // By the name that stays when Homebrew updates it.
    expect(found.node).toEqual({ path: '/opt/homebrew/bin/node', version: '24.1.0' });
    expect(found.oldNodes).toEqual(['20.1.0']);
    expect(found.path).toBe('/usr/bin:/opt/homebrew/bin:/Users/m/.claude/local:/Users/m/.local/bin');
  });

  test('does not use a path that is gone after the login', () => {
    const real = '/home/m/.local/share/fnm/node-versions/v22.13.0/installation/bin/node';
    const found = look('home /home/m', `node /run/user/1/fnm_multishells/1_2/bin/node\t22.13.0\t${real}`);
    expect(found.node).toEqual({ path: real, version: '22.13.0' });
    expect(found.path.split(':')[0]).toBe(real.slice(0, -'/node'.length));
  });

  test.each([
    ['22.12.0', false],
    ['22.13.0', true],
    ['23.0.0', true],
    ['18.20.4', false],
  ])('Node %s', (version, good) => {
    expect(look(`node /usr/bin/node\t${version}\t/usr/bin/node`).node !== null).toBe(good);
  });

  test('ignores a greeting', () => {
    expect(readLook('Welcome\nsystem Windows\npaliadin-look system Linux\n').system).toBe('Linux');
  });
});

describe('services', () => {
  test('a path with special characters is one word to systemd', () => {
    const unit = systemdUnit(['/usr/bin/node', '/home/a b/100%/$x/"y"/shim.mjs', 'daemon']);
    expect(unit).toContain('ExecStart=/usr/bin/node "/home/a b/100%%/$$x/\\"y\\"/shim.mjs" daemon\n');
    expect(unit).toContain('\nKillMode=process\n');
  });

  test('launchd’s file has each argument separately', () => {
    const plist = launchdPlist('paliadin.host', ['/usr/bin/node', '/Users/a & b/shim.mjs', 'daemon']);
    expect(plist).toContain('<string>/Users/a &amp; b/shim.mjs</string>\n    <string>daemon</string>');
    expect(plist).toMatch(/<key>AbandonProcessGroup<\/key>\s+<true\/>/);
  });
});

test('the persona is the section "Who you are", and nothing else', () => {
  const text = 'a\n## Who you are\n\nme\n### more\n## Next\nb\n';
  expect(splitPersona(text)).toEqual({
    before: 'a\n',
    persona: '## Who you are\n\nme\n### more\n',
    after: '## Next\nb\n',
  });
  expect(splitPersona('no such section')).toEqual({ before: 'no such section', persona: '', after: '' });
});
