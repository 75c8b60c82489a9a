/** The commands with a real gateway: what they print, on which stream, and their errors. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { apiClient } from '../support/api-client.ts';
import { sessionFrom } from '../support/browser-session.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';
import { gatewayForTest, useGateway } from '../support/use-gateway.ts';
import { cliCommand, cliEnv, runCli } from './run-cli.ts';

const gateway = useGateway();
const cli = (...args: string[]) => runCli(cliEnv(gateway()), ...args);
const QUESTION = 'Which cases are overdue?';

beforeAll(async () => {
  await (await gateway().as('owner')).answer(QUESTION);
  await (await gateway().as('anna')).answer('demo limit');
});

describe('token create', () => {
  test('prints only the token on standard output, and the token works', async () => {
    const { code, stdout, stderr } = await cli('token', 'create', '--user', 'robot', '--name', 'ci');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\S{22,}\n$/);
    expect(stderr).toBe('created user robot (member)\n');
    const me = await apiClient(() => gateway().url, stdout.trim()).me();
    expect(me.user).toMatchObject({ name: 'robot', role: 'member' });
  });

  test('warns on standard error when only the owner may ask', async () => {
    const env = cliEnv(gateway(), { PALIADIN_ACCESS: 'owner' });
    const { stdout, stderr } = await runCli(env, 'token', 'create', '--user', 'robot2', '--name', 'ci');
    expect(stdout).toMatch(/^\S+\n$/);
    expect(stderr).toContain('PALIADIN_ACCESS=users');
  });

  test('requires its options', async () => {
    const { code, stdout, stderr } = await cli('token', 'create', '--user', 'robot');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain("required option '--name <name>' not specified");
  });
});

describe('token', () => {
  test('list shows each token’s details, never the token; revoke ends it', async () => {
    const made = await cli(
      'token',
      'create',
      '--user',
      'tina',
      '--name',
      'nightly',
      '--scopes',
      'read',
      '--expires',
      '30d',
    );
    const token = made.stdout.trim();
    const { stdout } = await cli('token', 'list', '--user', 'tina');
    expect(stdout).toMatch(
      /^id +user +name +scopes +created +last used +expires\n\S{10} +tina +nightly +read +\d{4}-\S+ +never +\d{4}-\S+\n$/,
    );
    expect(stdout).not.toContain(token.slice(4, 12));
    const [row] = JSON.parse((await cli('token', 'list', '--user', 'tina', '--json')).stdout);
    expect(row).toMatchObject({ user: 'tina', scopes: ['read'], expiresAt: row.createdAt + 30 * 86_400_000 });
    const client = apiClient(() => gateway().url, token);
    expect((await client.me()).user.name).toBe('tina');
    await expect(client.ask('may I?')).rejects.toThrow(/403.*lacks the scope ask/);
    expect((await cli('token', 'revoke', row.id)).stdout).toBe(`revoked the token ${row.id} (nightly) of tina\n`);
    await expect(client.me()).rejects.toThrow(/401/);
    expect(await cli('token', 'revoke', row.id)).toMatchObject({
      code: 1,
      stderr: `paliadin: there is no token ${row.id}\n`,
    });
  });

  test.each([
    [['--scopes', 'everything'], /--scopes is "everything": some of ask, read, admin, metrics/],
    [['--scopes', ''], /--scopes is ""/],
    [['--expires', 'soon'], /--expires is "soon": a number of days such as 90d/],
    [['--expires', '0d'], /--expires is "0d"/],
  ])('create with %j is refused', async (args, why) => {
    const { code, stdout, stderr } = await cli('token', 'create', '--user', 'tina', '--name', 'x', ...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(why);
  });
});

describe('user', () => {
  test('role makes a user admin, who can read the statistics, and member again', async () => {
    const dora = await gateway().as('dora');
    const figures = async () => (await dora.call('GET', '/api/admin/stats')).status;
    expect(await figures()).toBe(403);
    expect((await cli('user', 'role', 'dora', 'admin')).stdout).toBe('dora is admin, enabled\n');
    expect(await figures()).toBe(200);
    expect((await cli('user', 'list')).stdout).toMatch(/^dora +dora +admin +enabled +0 +\d{4}-/m);
    expect((await cli('user', 'role', 'dora', 'member')).stdout).toBe('dora is member, enabled\n');
    expect(await figures()).toBe(403);
  });

  test('list shows a page of users, names the next, and finds them by a part of their name', async () => {
    for (const name of ['hanna', 'hanno', 'hannah']) await (await gateway().as(name)).me();
    const first = await cli('user', 'list', '--search', 'HANN', '--limit', '2');
    expect(first.stdout.match(/^hann\w+/gm)).toHaveLength(2);
    const next = /there are more: --after (\w+) shows the next/.exec(first.stderr)?.[1] as string;
    const second = await cli('user', 'list', '--search', 'HANN', '--after', next);
    expect(second.stderr).toBe('');
    expect([...(first.stdout.match(/^hann\w+/gm) ?? []), ...(second.stdout.match(/^hann\w+/gm) ?? [])].sort()).toEqual([
      'hanna',
      'hannah',
      'hanno',
    ]);
    expect(await cli('user', 'list', '--limit', '0')).toMatchObject({
      code: expect.any(Number),
      stderr: expect.stringContaining('--limit is a whole number from 1'),
    });
    const sessions = await cli('sessions', '--limit', '1');
    const before = /there are more: --before (\S+) shows the next/.exec(sessions.stderr)?.[1] as string;
    expect((await cli('sessions', '--limit', '1', '--before', before)).stdout).not.toBe(sessions.stdout);
    expect((await cli('sessions', '--before', 'x')).stderr).toContain(
      '--before is "x": give what the page before named',
    );
  });

  test('disable blocks a user, and enable unblocks them', async () => {
    const egon = await gateway().as('egon');
    expect((await egon.me()).user.name).toBe('egon');
    expect((await cli('user', 'disable', 'egon')).stdout).toBe('egon is member, disabled\n');
    await expect(egon.me()).rejects.toThrow(/403.*disabled this user/);
    expect(JSON.parse((await cli('user', 'list', '--json')).stdout)).toContainEqual(
      expect.objectContaining({ subject: 'egon', disabledAt: expect.any(Number) }),
    );
    expect((await cli('user', 'enable', 'egon')).stdout).toBe('egon is member, enabled\n');
    await egon.me();
  });

  test('delete cancels the user’s turns, and deletes all their data', async () => {
    const ida = await gateway().as('ida');
    const running = await ida.ask('demo hold rest');
    await ida.until(running.turnId, 'chunk');
    const waiting = await ida.ask('demo at once');
    expect(await cli('user', 'delete', 'ida', '--yes')).toEqual({
      code: 0,
      stdout: 'deleted ida and 2 turns\ntheir conversations on the host have ended\n',
      stderr: '',
    });
    const { turns, users } = await gateway().store();
    expect(await users.bySubject('ida')).toBeNull();
    for (const { turnId } of [running, waiting]) expect(await turns.get(turnId)).toBeNull();
  });

  test.each([
    [['user', 'disable', 'owner'], 'owner is the owner; name another by PALIADIN_OWNER first'],
    [['user', 'role', 'owner', 'member'], 'owner is the owner; name another by PALIADIN_OWNER first'],
    [['user', 'role', 'anna', 'owner'], 'a user is made admin or member, not "owner"; PALIADIN_OWNER names the owner'],
    [['user', 'disable', 'nobody'], 'there is no user nobody; `paliadin user list` shows who there is'],
    [['sign-out', 'nobody'], 'there is no user nobody; `paliadin user list` shows who there is'],
  ])('%j is refused with the reason', async (args, reason) => {
    expect(await cli(...args)).toEqual({ code: 1, stdout: '', stderr: `paliadin: ${reason}\n` });
  });
});

test('sign-out ends browser sessions, and tokens if asked', async () => {
  const fritz = await gateway().as('fritz');
  const code = new URL(await gateway().signInLink('fritz')).hash.replace('#code=', '');
  const entered = await fetch(`${gateway().url}/api/auth/code`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
  const headers = await sessionFrom(entered);
  const me = () => fetch(`${gateway().url}/api/me`, { headers });
  expect((await me()).status).toBe(200);
  expect((await cli('sign-out', 'fritz')).stdout).toMatch(/^fritz: ended 1 browser sessions; API tokens stay valid/);
  expect((await me()).status).toBe(401);
  await fritz.me();
  expect((await cli('sign-out', 'fritz', '--tokens')).stdout).toBe('fritz: ended 0 browser sessions and 1 tokens\n');
  await expect(fritz.me()).rejects.toThrow(/401/);
});

test('host list says in words that the list is empty', async () => {
  const { stdout } = await cli('host', 'list');
  expect(stdout).toMatch(/^No host is on the list: the agents are on the gateway’s own machine\. .*host add/);
});

test('webhooks lists what was told, what is to be told again and why, and what was given up', async () => {
  expect((await cli('webhooks')).stdout).toBe(
    'No webhook has been sent or is to be sent; PALIADIN_WEBHOOK_URL is not set.\n',
  );
  const { webhooks } = await gateway().store();
  const told = (eventId: number) => ({
    eventId,
    turnId: `turn-${eventId}`,
    type: 'turn.failed' as const,
    approvalId: null,
    occurredAt: Date.UTC(2026, 0, 2),
  });
  await webhooks.enqueue([told(900_001), told(900_002), told(900_003)], 900_003);
  await webhooks.record(900_001, { nextAt: null, deliveredAt: 1, error: null });
  await webhooks.record(900_002, {
    nextAt: Date.UTC(2026, 0, 3),
    deliveredAt: null,
    error: 'the endpoint answered 500',
  });
  await webhooks.record(900_003, { nextAt: null, deliveredAt: null, error: 'the endpoint answered 410' });
  const { stdout } = await cli('webhooks');
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  expect(lines).toEqual([
    ['occurred', 'type', 'turn', 'attempts', 'state', 'reason'],
    ['2026-01-02T00:00:00.000Z', 'turn.failed', 'turn-900003', '0', 'given up', 'the endpoint answered 410'],
    [
      '2026-01-02T00:00:00.000Z',
      'turn.failed',
      'turn-900002',
      '0',
      'next at 2026-01-03T00:00:00.000Z',
      'the endpoint answered 500',
    ],
    ['2026-01-02T00:00:00.000Z', 'turn.failed', 'turn-900001', '0', 'delivered'],
  ]);
  const one = JSON.parse((await cli('webhooks', '--json', '--limit', '1')).stdout);
  expect(one).toMatchObject([{ eventId: 900_003, nextAt: null }]);
});

describe('turns', () => {
  test('lists turns, newest first, without their text', async () => {
    const { code, stdout } = await cli('turns');
    expect(code).toBe(0);
    const [head = '', limit = '', answered = ''] = stdout.split('\n');
    expect(head).toMatch(/^started +user +status +code +ms +tokens +model +tools +rows +chips +tag +turn$/);
    expect(limit).toMatch(/Z +anna +failed +agent_limit +\d+/);
    expect(answered).toMatch(/Z +owner +completed +\d+ +\d+ +cases\.search +\d+ +\d+ +\w+ +[0-9a-f-]{36}$/);
    expect(stdout).not.toContain('cases are');
  });

  test('prints full turns as JSON', async () => {
    const turns = JSON.parse((await cli('turns', '--json')).stdout);
    expect(turns.at(-1)).toMatchObject({
      user: 'owner',
      message: QUESTION,
      status: 'completed',
      response: expect.stringContaining('Lindqvist'),
    });
  });

  test('filters by user, and limits the number of turns', async () => {
    const anna = JSON.parse((await cli('turns', '--json', '--user', 'anna')).stdout);
    expect(anna.map(({ user }: { user: string }) => user)).toEqual(['anna']);
    const { audit } = await gateway().store();
    expect((await audit.list({ action: 'read.turns', limit: 1 }))[0]).toMatchObject({
      actor: 'cli',
      detail: { exported: 'json' },
    });
    expect(JSON.parse((await cli('turns', '--json', '--limit', '1')).stdout)).toHaveLength(1);
  });

  test.each([
    [['--user', 'nobody'], 'there is no user nobody; `paliadin user list` shows who there is'],
    [['--limit', 'many'], '--limit is a whole number from 1'],
    [['--limit', '0'], '--limit is a whole number from 1'],
  ])('%j is refused with the reason', async (args, reason) => {
    expect(await cli('turns', ...args)).toEqual({ code: 1, stdout: '', stderr: `paliadin: ${reason}\n` });
  });
});

describe('sessions', () => {
  test('lists the sessions and what runs in them', async () => {
    const { session } = await (await gateway().as('owner')).me();
    const { code, stdout } = await cli('sessions');
    expect(code).toBe(0);
    const line = stdout.split('\n').find((each) => each.startsWith(session.name));
    expect(line).toMatch(/^\S+ +owner +\S+ +1 +idle +\d{4}-/);
  });

  test('shows a running turn, as JSON too', async () => {
    const ben = await gateway().as('ben');
    const { session } = await ben.me();
    const { turnId } = await ben.ask('demo hold x');
    await ben.until(turnId, 'chunk');
    const state = async () => {
      const all = JSON.parse((await cli('sessions', '--json')).stdout);
      return all.find(({ user }: { user: string }) => user === 'ben').state;
    };
    expect(await state()).toBe('answering');
    await writeFile(join(gateway().agentDirectory(session.name), 'release-x'), '');
    await ben.finished(turnId);
    expect(await state()).toBe('idle');
  });
});

describe('as a program of its own', () => {
  test('the result is on standard output, errors on standard error with status 1, and its files are the owner’s alone', async () => {
    const { path, remove } = await temporaryDirectory();
    onTestFinished(remove);
    const start = (...args: string[]) => {
      const [program, ...rest] = cliCommand(...args);
      return spawnSync(program, rest, { cwd: '/', env: cliEnv({ stateDir: path }), encoding: 'utf8' });
    };
    expect(start('token', 'create', '--user', 'robot', '--name', 'ci')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^\S{22,}\n$/),
      stderr: 'created user robot (member)\n',
    });
    expect(start('link', '--user', 'nobody')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^paliadin: there is no user nobody; .*\n$/),
    });
    expect((await stat(join(path, 'paliadin.db'))).mode & 0o777).toBe(0o600);
    expect(start('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('Usage: paliadin') });
  });
});

describe('whose output nobody reads any more', () => {
  test('is no error for a command, long or short', async () => {
    const { path, remove } = await temporaryDirectory();
    onTestFinished(remove);
    await runCli(cliEnv({ stateDir: path }), 'token', 'create', '--user', 'robot', '--name', 'ci');
    for (const command of [['doctor'], ['user', 'export', 'robot'], ['config', '--json']]) {
      const [program, ...args] = cliCommand(...command);
      const child = spawn(program, args, {
        cwd: '/',
        env: cliEnv({ stateDir: path }, { PALIADIN_AGENT: 'demo' }),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child.stdout.destroy();
      const [[status], said] = await Promise.all([once(child, 'close'), text(child.stderr)]);
      expect(said, command.join(' ')).toBe('');
      expect(status, command.join(' ')).toBe(0);
    }
  });
});

describe('config', () => {
  test('shows each setting’s value and source', async () => {
    const { code, stdout } = await cli('config');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^variable +value +from$/m);
    expect(stdout).toMatch(/^PALIADIN_AGENT +demo +environment$/m);
    expect(stdout).toMatch(/^PALIADIN_PORT +7717 +default$/m);
    expect(stdout).toMatch(/^PALIADIN_STARTERS +\(unset\) +default$/m);
  });

  test('prints JSON, and reads a .env file', async () => {
    const { path, remove } = await temporaryDirectory();
    onTestFinished(remove);
    await writeFile(join(path, '.env'), 'PALIADIN_OWNER=mia\n');
    const [program, ...args] = cliCommand('config', '--json');
    const env = { PATH: process.env.PATH ?? '' };
    const rows = JSON.parse(spawnSync(program, args, { cwd: path, env, encoding: 'utf8' }).stdout);
    expect(rows).toContainEqual({ name: 'PALIADIN_OWNER', value: 'mia', source: '.env' });
  });

  test('and every other command stop at invalid settings, and name them all', async () => {
    const env = cliEnv(gateway(), { PALIADIN_PORT: 'x', PALIADIN_TYPO: 'y' });
    for (const command of [['config'], ['turns'], ['start']]) {
      const { code, stdout, stderr } = await runCli(env, ...command);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^paliadin: PALIADIN_PORT is "x": a whole number .*\nPALIADIN_TYPO is not a setting.*\n$/);
    }
  });
});

describe('link', () => {
  test('prints a link that signs its user in, once', async () => {
    const { code, stdout } = await runCli(cliEnv(gateway(), { PALIADIN_PORT: '7718' }), 'link', '--user', 'anna');
    expect(code).toBe(0);
    const [, signInCode = ''] = /^http:\/\/127\.0\.0\.1:7718\/#code=(\S+)\n$/.exec(stdout) ?? [];
    const use = () =>
      fetch(`${gateway().url}/api/auth/code`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: gateway().url },
        body: JSON.stringify({ code: signInCode }),
      });
    expect((await use()).ok).toBe(true);
    expect((await use()).status).toBe(401);
  });

  test('for an unknown user is refused', async () => {
    const { code, stderr } = await cli('link', '--user', 'nobody');
    const reason = 'there is no user nobody; `paliadin user list` shows who there is';
    expect({ code, stderr }).toEqual({ code: 1, stderr: `paliadin: ${reason}\n` });
  });
});

describe('attach', () => {
  /** A terminal of the person's own: a pane of a tmux server that is not ours. */
  async function terminal(...args: string[]) {
    const { path, remove } = await temporaryDirectory();
    const tmux = (...command: string[]) =>
      spawnSync('tmux', ['-S', join(path, 'socket'), '-f', '/dev/null', ...command], { encoding: 'utf8' }).stdout;
    onTestFinished(async () => {
      tmux('kill-server');
      await remove();
    });
    const env = Object.entries(cliEnv(gateway())).map(([name, value]) => `${name}=${value}`);
    tmux(
      'new-session',
      '-d',
      '-x',
      '120',
      '-y',
      '40',
      'env',
      ...env,
      ...cliCommand('attach', ...args),
      ';',
      'set',
      'remain-on-exit',
      'on',
    );
    const shows = (text: string) => until(`${text} on the terminal`, () => tmux('capture-pane', '-p').includes(text));
    return { tmux, shows };
  }

  test('shows a user’s terminal in one’s own, and passes on what is typed', async () => {
    const { tmux, shows } = await terminal();
    await shows('Lindqvist');
    tmux('send-keys', 'typed by hand');
    await shows('❯ typed by hand');
    tmux('send-keys', 'C-u');
  });

  test('with --read-only shows the terminal without typing into it', async () => {
    const { tmux, shows } = await terminal('anna', '--read-only');
    await shows('demo limit');
    tmux('send-keys', 'not typed');
    const { session } = await (await gateway().as('anna')).me();
    // What is typed into a terminal of theirs afterwards is the first that arrives.
    const other = await terminal(session.name);
    await other.shows('demo limit');
    other.tmux('send-keys', 'typed');
    await other.shows('❯ typed');
    other.tmux('send-keys', 'C-u');
  });

  test('with an unknown user lists the existing ones', async () => {
    const { code, stderr } = await cli('attach', 'nobody');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^paliadin: nobody has no conversation; those who have one: .*owner/);
  });

  test('fails when the user has no running terminal', async () => {
    const carl = await gateway().as('carl');
    await carl.me();
    const { code, stderr } = await cli('attach', 'carl');
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(/has no running terminal/) });
  });
});

describe('the command itself', () => {
  test('has a version, and help for each command', async () => {
    expect((await cli('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const { code, stdout } = await cli('--help');
    expect(code).toBe(0);
    for (const name of ['start', 'config', 'link', 'attach', 'sessions', 'turns', 'token', 'stop-host']) {
      expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    }
  });

  test('refuses an unknown command', async () => {
    const { code, stderr } = await cli('dance');
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/dance|too many arguments/);
  });
});

// Last, for it ends what the others look at.
describe('stop-host', () => {
  test('ends daemon and terminals; the next question continues the conversation', async () => {
    const pid = await gateway().daemonPid();
    const { code, stdout } = await cli('stop-host');
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'the host daemon and the agents’ terminals have ended\n' });
    await until('the end of the daemon', async () => !(await isDaemon(pid)));
    const turn = await (await gateway().as('owner')).answer('And which are due?');
    expect(turn.response).toContain('This is question 2 of our conversation');
    expect(await gateway().daemonPid()).not.toBe(pid);
  });
});

async function isDaemon(pid: number): Promise<boolean> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes('daemon');
}

test('user delete works without a running gateway, even with an open turn', async () => {
  const own = await gatewayForTest();
  const anna = await own.as('anna');
  const { turnId } = await anna.ask('demo hold rest');
  await anna.until(turnId, 'chunk');
  await own.end('SIGKILL');
  expect(await runCli(cliEnv(own), 'user', 'delete', 'anna', '--yes')).toMatchObject({
    code: 0,
    stdout: 'deleted anna and 1 turns\ntheir conversations on the host have ended\n',
  });
  expect(await (await own.store()).turns.get(turnId)).toBeNull();
});

test('the open turns of a user disabled while no gateway ran are cancelled at its start, and not typed', async () => {
  const own = await gatewayForTest();
  const anna = await own.as('anna');
  const { session } = await anna.me();
  const running = await anna.ask('demo hold rest');
  await anna.until(running.turnId, 'chunk');
  const waiting = await anna.ask('demo at once');
  await own.end('SIGKILL');
  await runCli(cliEnv(own), 'user', 'disable', 'anna');
  await own.start();
  const { turns } = await own.store();
  const statuses = async () =>
    await Promise.all([running, waiting].map(async ({ turnId }) => (await turns.get(turnId))?.status));
  await expect.poll(statuses).toEqual(['cancelled', 'cancelled']);
  expect((await own.prompts(session.name)).map(({ message }) => message)).toEqual(['demo hold rest']);
});

test('user disable cancels running and waiting turns', async () => {
  const own = await gatewayForTest();
  const gero = await own.as('gero');
  const { session } = await gero.me();
  const running = await gero.ask('demo hold rest');
  await gero.until(running.turnId, 'chunk');
  const waiting = await gero.ask('demo at once');
  expect((await runCli(cliEnv(own), 'user', 'disable', 'gero')).code).toBe(0);
  const { turns } = await own.store();
  const statuses = async () =>
    await Promise.all([running, waiting].map(async ({ turnId }) => (await turns.get(turnId))?.status));
  await expect.poll(statuses).toEqual(['cancelled', 'cancelled']);
  expect((await own.prompts(session.name)).map(({ message }) => message)).toEqual(['demo hold rest']);
});
