/** Settings: each variable's default, where its value may come from, and the error for an invalid one. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { showConfig } from '../../src/cli/commands/config.ts';
import { ConfigError, loadConfig } from '../../src/config/load.ts';
import { secrets, type Variable, variables } from '../../src/config/variables.ts';
import { terminalOn } from '../../src/process/terminal.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const NOWHERE = '/nowhere';

interface Known {
  unset: unknown;
  /** What may be written, and what it means. */
  good: [written: string, value: unknown][];
  bad: string[];
  /** What is said of a bad one. */
  says: string;
}

const text = (unset?: string): Known => ({
  unset,
  good: [
    ['some text', 'some text'],
    [' trimmed ', 'trimmed'],
  ],
  bad: [],
  says: '',
});
const count = (unset: number, least: number, most: number): Known => ({
  unset,
  good: [
    [`${least}`, least],
    [` ${most} `, most],
  ],
  bad: [`${least - 1}`, `${most + 1}`, 'many', '1.5', '1e3', '0x1f', '5 6'],
  says: `a whole number from ${least} to ${most}`,
});

const known: Record<Variable, Known> = {
  PALIADIN_REMOTE_HOST: {
    unset: undefined,
    good: [
      ['laptop', 'laptop'],
      [' m-1.example.net ', 'm-1.example.net'],
      ['100.64.0.7', '100.64.0.7'],
      ['fd7a:115c::1', 'fd7a:115c::1'],
      ['::1', '::1'],
    ],
    bad: ['-oProxyCommand=touch', 'm@laptop', 'laptop -p 1', 'lap;top', '$(x)', '[::1]', 'a/b', 'laptop:'],
    says: 'a host name or an address, without user and port',
  },
  PALIADIN_REMOTE_PORT: count(22_022, 1, 65_535),
  PALIADIN_REMOTE_USER: {
    unset: 'm',
    good: [['mia.b-1', 'mia.b-1']],
    bad: ['-l', 'a b', '1a', 'x'.repeat(33), 'a@b'],
    says: 'the name of an account',
  },
  PALIADIN_SSH_KEY: text(),
  PALIADIN_SSH_KEY_FILE: text(),
  PALIADIN_KNOWN_HOSTS: text(),
  PALIADIN_KNOWN_HOSTS_FILE: text(),
  PALIADIN_SESSION_PREFIX: {
    unset: 'paliad-paliadin',
    good: [['app-1', 'app-1']],
    bad: ['App', '-x', 'a b', 'x'.repeat(31)],
    says: 'small letters, digits, - and _, at most 30',
  },
  PALIADIN_AGENT: {
    unset: undefined,
    good: ['claude', 'demo', 'none'].map((name) => [name, name]),
    bad: ['Claude', 'gemini'],
    says: 'expected one of "claude"|"demo"|"acp"|"none"',
  },
  PALIADIN_AGENT_COMMAND: text(),
  PALIADIN_AGENT_DIR: text(),
  PALIADIN_DRIVER: {
    unset: undefined,
    good: ['claude', 'demo', 'reply-file'].map((name) => [name, name]),
    bad: ['hooks'],
    says: 'expected one of "claude"|"demo"|"reply-file"',
  },
  PALIADIN_DEMO_PACE: count(12, 0, 1000),
  PALIADIN_TURN_TIMEOUT: {
    unset: undefined,
    good: [
      ['90', 90_000],
      ['90s', 90_000],
      ['2m', 120_000],
      ['1500ms', 1500],
      ['24h', 86_400_000],
    ],
    bad: ['0', '999ms', '25h', '-5s', '1.5s', '1 s', 'soon', '60S'],
    says: 's',
  },
  PALIADIN_MAX_PANES: count(30, 1, 1000),
  PALIADIN_AGENT_MEMORY: count(4096, 512, 1024 * 1024),
  PALIADIN_HIBERNATE_AFTER: {
    unset: undefined,
    good: [['30m', 1_800_000]],
    bad: ['0', '999ms', '25h', 'never'],
    says: 's',
  },
  PALIADIN_QUEUE_LIMIT: count(5, 1, 1000),
  PALIADIN_CONVERSATIONS: {
    unset: 'many',
    good: ['one', 'many'].map((name) => [name, name]),
    bad: ['two', 'Many'],
    says: 'expected one of "one"|"many"',
  },
  PALIADIN_CONVERSATIONS_LIMIT: count(1000, 1, 100_000),
  PALIADIN_ATTACHMENT_COUNT: count(5, 1, 20),
  PALIADIN_ATTACHMENT_BYTES: count(10 * 1024 * 1024, 1024, 50 * 1024 * 1024),
  PALIADIN_ATTACHMENTS: { unset: 'on', good: [['off', 'off']], bad: ['yes', 'none'], says: 'on' },
  PALIADIN_DATABASE_URL: {
    unset: undefined,
    good: [
      ['postgres://paliadin:a%2Fb@db.example/paliadin', 'postgres://paliadin:a%2Fb@db.example/paliadin'],
      [' postgresql://db:5433/p?sslmode=verify-full ', 'postgresql://db:5433/p?sslmode=verify-full'],
      ['postgres:///paliadin?host=/run/postgresql', 'postgres:///paliadin?host=/run/postgresql'],
    ],
    bad: ['mysql://db/paliadin', 'db/paliadin', 'postgres://db', 'postgres://db/', 'postgres://u:p#ss@db/paliadin'],
    says: 'an address such as postgres://user:password@db.example/paliadin',
  },
  PALIADIN_STATE_DIR: {
    unset: join(homedir(), '.local/state/paliadin'),
    good: [
      ['/x/y', '/x/y'],
      ['y', '/nowhere/y'],
    ],
    bad: [],
    says: '',
  },
  PALIADIN_HOST: text('127.0.0.1'),
  PALIADIN_PORT: count(7717, 0, 65_535),
  PALIADIN_PUBLIC_URL: {
    unset: undefined,
    good: [
      ['https://chat.example', 'https://chat.example'],
      [' https://Chat.Example/ ', 'https://chat.example'],
      ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
      ['https://chat.example:443', 'https://chat.example'],
    ],
    bad: ['chat.example', 'https://chat.example/paliadin', 'https://a:b@chat.example', 'ftp://x', 'https://x?y', '*'],
    says: 'an address such as https://chat.example, without a path',
  },
  PALIADIN_PUBLIC_HTTP: {
    unset: 'refuse',
    good: [['allow', 'allow']],
    bad: ['yes', '1'],
    says: 'expected one of "refuse"|"allow"',
  },
  // Written into a complaint it would be in a log.
  PALIADIN_JWT_SECRET: text(),
  PALIADIN_JWT_SECRET_FILE: text(),
  PALIADIN_JWT_PREVIOUS_SECRET: text(),
  PALIADIN_JWT_PREVIOUS_SECRET_FILE: text(),
  PALIADIN_JWT_JWKS_URL: text(),
  PALIADIN_JWT_ISSUER: text(),
  PALIADIN_JWT_AUDIENCE: text(),
  PALIADIN_JWT_MAX_AGE: {
    unset: 600_000,
    good: [['1h', 3_600_000]],
    bad: ['9s', '25h', 'never'],
    says: 's',
  },
  PALIADIN_JWT_CLOCK_SKEW: {
    unset: 30_000,
    good: [
      ['0', 0],
      ['2m', 120_000],
    ],
    bad: ['6m', '-1s'],
    says: 'm',
  },
  PALIADIN_TRUSTED_HEADER: {
    unset: undefined,
    good: [['X-Forwarded-Email', 'X-Forwarded-Email']],
    bad: ['Cookie', 'authorization', 'X Forwarded', 'x:y', 'Host', 'Content-Type', 'X-Forwarded-For', 'x_y'],
    says: 'the name of a header that the proxy sets',
  },
  PALIADIN_TRUSTED_NAME_HEADER: {
    unset: undefined,
    good: [['Tailscale-User-Name', 'Tailscale-User-Name']],
    bad: ['Cookie'],
    says: 'the name of a header that the proxy sets',
  },
  PALIADIN_TRUSTED_PROXIES: {
    unset: undefined,
    good: [['127.0.0.1, ::1 10.0.0.0/8,fd00::/8', '127.0.0.1, ::1 10.0.0.0/8,fd00::/8']],
    bad: ['proxy.example', '10.0.0.0/0', '::/0', '10.0.0.0/33', '10.0.0/8', '127.0.0.1/x', '10.0.0.0/8/8', '*'],
    says: 'addresses or networks such as 127.0.0.1 or 10.0.0.0/8',
  },
  PALIADIN_WEBHOOK_URL: {
    unset: undefined,
    good: [
      ['https://app.example/hooks', 'https://app.example/hooks'],
      ['https://10.0.0.7/hooks', 'https://10.0.0.7/hooks'],
      ['http://127.0.0.1:3000/hooks', 'http://127.0.0.1:3000/hooks'],
    ],
    bad: ['app.example/hooks', 'http://app.example/hooks', 'https://me:pw@app.example/hooks', 'file:///hooks'],
    says: 'an address such as https://app.example/hooks/paliadin',
  },
  PALIADIN_WEBHOOK_SECRET: text(),
  PALIADIN_WEBHOOK_SECRET_FILE: text(),
  PALIADIN_WEBHOOK_TEXT: {
    unset: 'omit',
    good: ['omit', 'include'].map((name) => [name, name]),
    bad: ['yes'],
    says: 'expected one of "omit"|"include"',
  },
  PALIADIN_APP_TOOLS_URL: {
    unset: undefined,
    good: [
      ['https://app.example/mcp', 'https://app.example/mcp'],
      ['http://127.0.0.1:3000/mcp', 'http://127.0.0.1:3000/mcp'],
    ],
    bad: ['app.example/mcp', 'http://app.example/mcp', 'https://u:p@app.example/mcp', 'https://app.example/mcp#x'],
    says: 'an address such as https://app.example/mcp',
  },
  PALIADIN_APP_TOOLS_AUDIENCE: text(),
  PALIADIN_APP_TOOLS_ASK: {
    unset: 'changes',
    good: ['changes', 'always'].map((name) => [name, name]),
    bad: ['never'],
    says: 'expected one of "changes"|"always"',
  },
  PALIADIN_APP_TOOLS_TIMEOUT: {
    unset: 30_000,
    good: [
      ['1s', 1000],
      ['10m', 600_000],
    ],
    bad: ['999ms', '11m', 'never'],
    says: 's',
  },
  PALIADIN_APP_TOOLS_RESULT_KIB: count(256, 1, 512),
  PALIADIN_APP_TOOLS_CALLS: count(50, 1, 1000),
  PALIADIN_APP_TOOLS_TOKEN_URL: {
    unset: undefined,
    good: [['https://app.example/token', 'https://app.example/token']],
    bad: ['app.example', 'http://app.example/token'],
    says: 'an address such as https://app.example/oauth/token',
  },
  PALIADIN_APP_TOOLS_CLIENT_ID: text(),
  PALIADIN_APP_TOOLS_CLIENT_SECRET: text(),
  PALIADIN_APP_TOOLS_CLIENT_SECRET_FILE: text(),
  PALIADIN_APP_URL: {
    unset: undefined,
    good: [
      ['https://app.example', 'https://app.example/'],
      [' https://app.example/start?from=paliadin ', 'https://app.example/start?from=paliadin'],
      ['http://localhost:3000/start', 'http://localhost:3000/start'],
    ],
    bad: ['app.example', '/start', 'http://app.example', 'https://me:pw@app.example', 'javascript:alert(1)'],
    says: 'an address such as https://app.example/start',
  },
  PALIADIN_APP_ORIGINS: {
    unset: [],
    good: [
      ['https://app.example', ['https://app.example']],
      [
        'https://app.example/, https://Other.example:8443 http://localhost:3000,https://app.example:443',
        ['https://app.example', 'https://other.example:8443', 'http://localhost:3000'],
      ],
      ['http://127.0.0.1:3000 http://[::1]:3000', ['http://127.0.0.1:3000', 'http://[::1]:3000']],
    ],
    bad: [
      'app.example',
      'http://app.example',
      'https://app.example/path',
      'https://me@app.example',
      '*',
      'null',
      'https://*.app.example/x',
      'file:///x',
      'blob:https://app.example/x',
      'https://app.example?x',
      'https://a b',
    ],
    says: 'origins such as https://app.example',
  },
  PALIADIN_OWNER: text('owner'),
  PALIADIN_ACCESS: {
    unset: 'owner',
    good: ['owner', 'users'].map((name) => [name, name]),
    bad: ['everybody'],
    says: 'expected one of "owner"|"users"',
  },
  PALIADIN_ISOLATION: {
    unset: undefined,
    good: [
      ['none', 'none'],
      ['directory', 'directory'],
      ['sandbox', 'sandbox'],
    ],
    bad: ['strong', 'Sandbox'],
    says: 'expected one of "none"|"directory"|"sandbox"',
  },
  PALIADIN_SANDBOX_READ: {
    unset: undefined,
    good: [['/opt/tools:/srv/docs', ['/opt/tools', '/srv/docs']]],
    bad: ['docs', '/opt:docs', '~/docs'],
    says: 'absolute paths with : between them',
  },
  PALIADIN_SANDBOX_NETWORK: {
    unset: undefined,
    good: [['api.example.com, *.example.org:8443', 'api.example.com, *.example.org:8443']],
    bad: ['https://example.com', 'a/b', '*', '*.', 'a b;c', '-a', 'example.com:'],
    says: 'host names with commas between them, such as *.example.com or git.example.com:22',
  },
  PALIADIN_SANDBOX_MODELS: {
    unset: undefined,
    good: [
      ['openai', 'openai'],
      ['anthropic, gemini', 'anthropic, gemini'],
    ],
    bad: ['OpenAI', 'mistral', 'api.openai.com', 'openai;gemini'],
    says: 'names of models’ APIs with commas between them: anthropic, openai, gemini',
  },
  PALIADIN_APPROVALS: {
    unset: 'owner',
    good: ['owner', 'users', 'none'].map((who) => [who, who]),
    bad: ['all', 'Owner'],
    says: 'expected one of "owner"|"users"|"none"',
  },
  PALIADIN_NEVER_ALLOW: {
    unset: [],
    good: [
      ['Bash', ['Bash']],
      [' Bash, WebFetch ,mcp__mail__*,mcp__files', ['Bash', 'WebFetch', 'mcp__mail__*', 'mcp__files']],
      ['*', ['*']],
    ],
    bad: ['Bash(rm *)', 'mcp__*__send', 'Bash WebFetch', 'Bash,', '**'],
    says: 'names of tools such as Bash, WebFetch, mcp__mail__*: with commas between them, * only at the end, no brackets',
  },
  PALIADIN_AWAY_LIMIT: {
    unset: 43_200_000,
    good: [
      ['1s', 1000],
      ['168h', 604_800_000],
    ],
    bad: ['999ms', '169h', 'never'],
    says: 's',
  },
  PALIADIN_APPROVAL_TIMEOUT: {
    unset: 300_000,
    good: [
      ['90s', 90_000],
      ['1h', 3_600_000],
    ],
    bad: ['0', '999ms', '25h', 'never'],
    says: 's',
  },
  PALIADIN_RATE_LIMIT: count(300, 1, 1_000_000),
  PALIADIN_RETENTION_DAYS: { ...count(0, 1, 36_500), unset: undefined },
  PALIADIN_STARTERS: text(),
  PALIADIN_EMBED_ORIGINS: {
    unset: [],
    good: [['https://app.example,http://localhost:3000', ['https://app.example', 'http://localhost:3000']]],
    bad: [
      '*',
      'https://*.example',
      'http://app.example',
      'https://app.example/x',
      'app.example',
      'https://a.example;script-src *',
    ],
    says: 'http on loopback only',
  },
  PALIADIN_NAME: { unset: undefined, good: [['Kira', 'Kira']], bad: ['x'.repeat(41), 'a\nb', 'a\u202eb'], says: '' },
  PALIADIN_LOGO: text(),
  PALIADIN_ACCENT: {
    unset: undefined,
    good: [['#0F62FE', '#0f62fe']],
    bad: ['red', '#fff', '0f62fe', '#0f62fe;}'],
    says: 'a colour such as #4353c9',
  },
  PALIADIN_GREETING: {
    unset: undefined,
    good: [['How can I help?', 'How can I help?']],
    bad: ['x'.repeat(201), 'a\nb'],
    says: '',
  },
  PALIADIN_LOG_LEVEL: {
    unset: 'info',
    good: ['debug', 'info', 'warn', 'error', 'silent'].map((name) => [name, name]),
    bad: ['loud'],
    says: 'expected one of "debug"|"info"|"warn"|"error"|"silent"',
  },
};

const names = Object.keys(variables) as Variable[];

async function directoryWith(file: string): Promise<string> {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  writeFileSync(join(path, '.env'), file);
  return path;
}

function complaintOf(env: NodeJS.ProcessEnv, directory = NOWHERE): string {
  try {
    loadConfig(env, directory);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('nothing was wrong');
}

test('every variable is tested here', () => {
  expect(Object.keys(known).sort()).toEqual([...names].sort());
});

describe.each(names)('%s', (name) => {
  const { unset, good, bad, says } = known[name];

  test('has its default', () => {
    const config = loadConfig({}, NOWHERE);
    expect(config.values[name]).toEqual(unset);
    expect(config.sources[name]).toBe('default');
    expect(config.given).toEqual({});
  });

  test.each(good)('may be %j', async (written, value) => {
    const fromEnvironment = loadConfig({ [name]: written }, NOWHERE);
    expect(fromEnvironment.values[name]).toEqual(value);
    expect(fromEnvironment.sources[name]).toBe('environment');
    expect(fromEnvironment.given).toEqual({ [name]: written });

    const directory = await directoryWith(`${name}="${written}"\n`);
    const fromFile = loadConfig({}, directory);
    const expected = name === 'PALIADIN_STATE_DIR' ? join('/', String(value).replace(NOWHERE, directory)) : value;
    expect(fromFile.values[name]).toEqual(expected);
    expect(fromFile.sources[name]).toBe('.env');
  });

  test('set to blank counts as unset', () => {
    const config = loadConfig({ [name]: ' ' }, NOWHERE);
    expect(config.values[name]).toEqual(unset);
    expect(config.sources[name]).toBe('default');
  });

  if (bad.length > 0) {
    test.each(bad)('may not be %j, and the error says what it may be', (written) => {
      const complaint = complaintOf({ [name]: written });
      const shown = secrets.has(name) ? 'set' : JSON.stringify(written);
      expect(complaint.startsWith(`${name} is ${shown}: `)).toBe(true);
      expect(complaint).toContain(says);
      expect(complaint.split('\n')).toHaveLength(1);
    });
  }
});

test('a secret’s value is not shown, only that it is set', () => {
  const added = secrets as Set<string>;
  const before = [...added];
  added.add('PALIADIN_OWNER').add('PALIADIN_STARTERS');
  const output = new PassThrough({ encoding: 'utf8' });
  const terminal = terminalOn({ stdout: output, stderr: output });
  onTestFinished(() => {
    for (const name of [...added]) if (!before.includes(name)) added.delete(name);
  });
  for (const json of [false, true])
    showConfig({ config: loadConfig({ PALIADIN_OWNER: 'hush' }, NOWHERE), terminal }, { json });
  const shown: string = output.read();
  expect(shown).not.toContain('hush');
  expect(shown).toMatch(/PALIADIN_OWNER +\(set\) +environment/);
  expect(shown).toMatch(/PALIADIN_STARTERS +\(unset\) +default/);
});

describe('the environment', () => {
  test('overrides the file', async () => {
    const directory = await directoryWith('PALIADIN_PORT=1\nPALIADIN_HOST=localhost\nOTHER=x\n');
    const { values, sources } = loadConfig({ PALIADIN_PORT: '2' }, directory);
    expect(values).toMatchObject({ PALIADIN_PORT: 2, PALIADIN_HOST: 'localhost' });
    expect(sources).toMatchObject({ PALIADIN_PORT: 'environment', PALIADIN_HOST: '.env', PALIADIN_OWNER: 'default' });
  });

  test('sets the default state directory', () => {
    const { values } = loadConfig({ XDG_STATE_HOME: '/var/state' }, NOWHERE);
    expect(values.PALIADIN_STATE_DIR).toBe('/var/state/paliadin');
  });
});

describe('invalid configuration', () => {
  test('is reported all at once', () => {
    const lines = complaintOf({ PALIADIN_PORT: 'x', PALIADIN_AGENT: 'y', PALIADIN_TURN_TIMEOT: '60s' }).split('\n');
    expect(lines.map((line) => line.split(' ')[0]).sort()).toEqual([
      'PALIADIN_AGENT',
      'PALIADIN_PORT',
      'PALIADIN_TURN_TIMEOT',
    ]);
  });

  test('includes an unknown PALIADIN_ variable, in the environment or the file', async () => {
    const unknown = 'PALIADIN_TYPO is not a setting of this version; see docs/configuration.md';
    expect(complaintOf({ PALIADIN_TYPO: 'x' })).toBe(unknown);
    expect(complaintOf({}, await directoryWith('PALIADIN_TYPO=x\n'))).toBe(unknown);
    expect(complaintOf({ PALIADIN_constructor: 'x' })).toContain('PALIADIN_constructor is not a setting');
  });

  test('includes a file that can’t be read', async () => {
    const { path, remove } = await temporaryDirectory();
    onTestFinished(remove);
    mkdirSync(join(path, '.env'));
    expect(complaintOf({}, path)).toMatch(/\.env can't be read: /);
  });

  test('does not include variables of other programs', () => {
    expect(() => loadConfig({ PALIADINX: 'x', paliadin_port: 'x', PATH: '/bin' }, NOWHERE)).not.toThrow();
  });
});
