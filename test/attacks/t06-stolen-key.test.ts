/**
 * T6. Somebody has stolen the gateway's key and tries it against the host, whose sshd allows everything it can:
 * forwarding of every kind, terminals, sftp, variables.
 *
 * Verified: `restrict,command="…"` grants the shim's verbs only. No terminal, port, socket, agent forwarding, file or
 * command works on the host; a variable sent over ssh reaches neither the shim's settings nor daemon and agents.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { startLaptop } from '../support/laptop.ts';
import { descendants } from '../support/processes.ts';
import { until } from '../support/until.ts';

const laptop = await startLaptop({
  sshd: [
    'AllowTcpForwarding yes',
    'AllowStreamLocalForwarding yes',
    'GatewayPorts yes',
    'PermitTunnel yes',
    'AllowAgentForwarding yes',
    'X11Forwarding yes',
    'X11UseLocalhost yes',
    'PermitTTY yes',
    'PermitUserRC yes',
    'AcceptEnv PALIADIN_* LC_* NODE_ENV',
  ],
});
afterAll(laptop.dispose);
const canary = join(laptop.home, 'canary');
const session = 'paliad-paliadin-1a2b3c4d';

interface Said {
  code: number | null;
  stdout: string;
  stderr: string;
}

const OPTIONS = [
  '-F',
  '/dev/null',
  '-i',
  laptop.keyFile,
  '-o',
  'IdentitiesOnly=yes',
  '-o',
  'BatchMode=yes',
  '-o',
  `UserKnownHostsFile=${laptop.knownHostsFile}`,
  '-o',
  'StrictHostKeyChecking=yes',
];
const HOST = `${laptop.user}@127.0.0.1`;

function start(program: string, args: string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(program, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function said(child: ChildProcess, input = ''): Promise<Said> {
  const result: Said = { code: null, stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      result[name] += text;
    });
  }
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  [result.code] = await once(child, 'close');
  return result;
}

const ssh = (args: string[], command: string[] = ['version'], input = '') =>
  said(start('ssh', [...OPTIONS, '-T', '-p', String(laptop.port), ...args, HOST, '--', ...command]), input);

const VERSION = /^paliadin-shim \S+ protocol 1\r?\n$/;

describe('T6: a stolen key', () => {
  test('runs the shim’s verbs, so that the refusals below mean something', async () => {
    expect(await ssh([])).toEqual({ code: 0, stdout: expect.stringMatching(VERSION), stderr: '' });
  });

  test('gets no terminal', async () => {
    const { stdout, stderr } = await ssh(['-tt']);
    expect(stderr).toMatch(/PTY allocation request failed/);
    expect(stdout).toBe('');
  });

  test('can’t forward to a port or socket of the host', async () => {
    let reached = 0;
    const inside = createServer((socket) => {
      reached += 1;
      socket.end();
    });
    await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void inside.close());
    const { port } = inside.address() as { port: number };
    await ssh([], ['health', session]); // so that there is a daemon
    const socket = join(laptop.stateDir, 'host', 'daemon.sock');
    expect(existsSync(socket)).toBe(true);

    expect(
      (await said(start('ssh', [...OPTIONS, '-p', String(laptop.port), '-W', `127.0.0.1:${port}`, HOST]))).stderr,
    ).toMatch(/administratively prohibited|open failed/);
    for (const [option, target] of [
      ['-L', (local: number) => `${local}:127.0.0.1:${port}`],
      ['-L', (local: number) => `${local}:${socket}`],
    ] as const) {
      const local = await freePort();
      const forward = start('ssh', [
        ...OPTIONS,
        '-p',
        String(laptop.port),
        option,
        target(local),
        HOST,
        '--',
        'connect',
        '1',
      ]);
      await until('ssh to listen', async () => (await ends(local)) !== null);
      // ssh takes the connection, asks the host, and closes it without a byte.
      expect(await ends(local)).toBe('');
      forward.kill();
    }
    const socks = await freePort();
    const dynamic = start('ssh', [
      ...OPTIONS,
      '-p',
      String(laptop.port),
      '-D',
      String(socks),
      HOST,
      '--',
      'connect',
      '1',
    ]);
    const hello = Buffer.from([5, 1, 0]);
    const ask = Buffer.from([5, 1, 0, 1, 127, 0, 0, 1, port >> 8, port & 255]);
    const reply = await until('ssh to listen', async () => ends(socks, [hello, ask]));
    // The greeting of SOCKS, and no byte of a connection that was granted.
    expect([...Buffer.from(reply, 'latin1')].slice(0, 4)).not.toEqual([5, 0, 5, 0]);
    dynamic.kill();
    expect(reached).toBe(0);
  });

  test('can’t open a port or socket on the host', async () => {
    const port = await freePort();
    for (const remote of [`${port}:127.0.0.1:9`, `${join(laptop.home, 'planted.sock')}:127.0.0.1:9`]) {
      const { code, stderr, stdout } = await ssh(['-o', 'ExitOnForwardFailure=yes', '-R', remote]);
      expect({ code, stdout }).toEqual({ code: 255, stdout: '' });
      expect(stderr).toMatch(/forwarding failed|remote (port|path) forwarding/);
    }
    expect(existsSync(join(laptop.home, 'planted.sock'))).toBe(false);
    expect(await ends(port)).toBeNull();
  });

  test('forwards no agent and no display, and its variables reach neither settings nor agents', async () => {
    const evil = join(laptop.home, 'evil');
    const sent = [
      `PALIADIN_STATE_DIR=${evil}`,
      `PALIADIN_AGENT_COMMAND=${evil}`,
      'PALIADIN_AGENT=none',
      'PALIADIN_DRIVER=reply-file',
      'PALIADIN_NOT_A_SETTING=1',
      'LC_EVIL=evil',
    ];
    const agentSocket = join(laptop.home, 'a.sock');
    const agent = start('ssh-agent', ['-D', '-a', agentSocket]);
    await until('the ssh agent', () => existsSync(agentSocket));
    await ssh([], ['health', session]);
    process.kill(laptop.daemonPid(), 'SIGKILL'); // the next connection starts one
    const pid = laptop.daemonPid();
    const variables = ['-o', `SetEnv=${sent.join(' ')}`];
    const options = ['-A', '-X', ...variables];
    const channel = start(
      'ssh',
      [...OPTIONS, '-v', '-p', String(laptop.port), ...options, HOST, '--', 'connect', '1'],
      {
        SSH_AUTH_SOCK: agentSocket,
        DISPLAY: ':99',
      },
    );
    await until('the daemon to be started', () => existsSync(daemonFile()) && laptop.daemonPid() !== pid && isUp());

    const shims = laptop
      .connections()
      .flatMap((connection) => descendants(connection))
      .map(environmentOf);
    const shim = shims.find((environment) => environment.includes('SSH_ORIGINAL_COMMAND=connect 1')) ?? [];
    // sshd did take them: the shim is what leaves them out.
    for (const variable of sent) expect(shim).toContain(variable);
    const carried = shim.filter((entry) => /^(SSH_AUTH_SOCK|DISPLAY|XAUTHORITY)=/.test(entry));
    expect(carried).toEqual([]);

    const daemon = environmentOf(laptop.daemonPid());
    expect(daemon).toContain(`PALIADIN_STATE_DIR=${laptop.stateDir}`);
    expect(daemon.join('\n')).not.toMatch(/evil|SSH_|NOT_A_SETTING|PALIADIN_AGENT=none/);
    expect(existsSync(evil)).toBe(false);
    // And so it is with the agent.
    const turnId = '11111111-1111-4111-8111-111111111111';
    const answer = await ssh(variables, ['run-turn', session, turnId, Buffer.from('demo at once').toString('base64')]);
    expect(answer).toMatchObject({ code: 0, stdout: expect.stringContaining('At once.') });
    const agents = descendants(1)
      .map(environmentOf)
      .filter((environment) => environment.includes(`HOME=${laptop.home}`));
    expect(agents.length).toBeGreaterThan(0);
    for (const environment of agents) {
      if (environment.some((entry) => entry.startsWith('SSH_ORIGINAL_COMMAND='))) continue; // the channel's shim
      expect(environment.join('\n')).not.toMatch(/evil|NOT_A_SETTING/);
    }
    channel.kill();
    agent.kill();
  });

  test('can’t copy files with sftp or scp', async () => {
    const target = `${HOST}:${canary}`;
    const port = ['-P', String(laptop.port)];
    const transfers: [string, string[]][] = [
      ['sftp', [...OPTIONS, ...port, '-b', '-', HOST]],
      ['scp', [...OPTIONS, ...port, laptop.knownHostsFile, target]],
      ['scp', ['-O', ...OPTIONS, ...port, laptop.knownHostsFile, target]],
      ['scp', ['-O', ...OPTIONS, ...port, `${HOST}:${join(laptop.home, 'host.env')}`, canary]],
    ];
    for (const [program, args] of transfers) {
      const { code, stderr } = await said(start(program, args), `put ${laptop.knownHostsFile} ${canary}\n`);
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/paliadin-shim: |Connection closed|Received message too long/);
    }
    expect(existsSync(canary)).toBe(false);
  });

  test.each([
    ['a shell of its own', []],
    ['a shell by name', ['sh']],
    ['a shell with a command', ['/bin/sh', '-c', `touch ${canary}`]],
    ['a second command after a verb', ['version', ';', 'touch', canary]],
    ['a second command on a second line', [`version\ntouch ${canary}`]],
    ['a line end behind a verb', ['version\n']],
    ['a command in a command', [`health $(touch ${canary})`]],
    ['a command in an argument', ['health', `\`touch ${canary}\``]],
    ['an option for a verb', ['health', '-x']],
    ['an option for Node', ['--eval', `require("fs").writeFileSync("${canary}","")`]],
    ['the daemon', ['daemon']],
    ['the demo agent', ['demo-agent', '--log-dir', laptop.home]],
    ['a verb in capitals', ['VERSION']],
    ['a verb with a space before', [' version']],
    ['a verb with two spaces inside', ['connect  1']],
    ['a path for a session', ['health', '../../canary']],
    ['a property of every object', ['constructor']],
  ])('can’t run anything else: %s', async (_what, command) => {
    const { code, stdout, stderr } = await ssh([], command, `touch ${canary}\n`);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    // One line, and nothing in it of what was said.
    expect(stderr).toMatch(/^paliadin-shim: [^\n]+\n$/);
    expect(stderr).not.toContain('canary');
    expect(existsSync(canary)).toBe(false);
  });

  test('can’t start a subsystem', async () => {
    const { code, stdout } = await ssh(['-s'], ['version']);
    expect(code).not.toBe(0);
    expect(stdout).toBe('');
  });
});

const daemonFile = () => join(laptop.stateDir, 'host', 'daemon.pid');
const isUp = () => environmentOf(laptop.daemonPid()).length > 0;

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** What comes from a port of this machine until it is closed; null where nobody listens. */
async function ends(port: number, say: Buffer[] = []): Promise<string | null> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.setEncoding('latin1').on('data', (text) => {
    heard += text;
  });
  const { promise, resolve } = Promise.withResolvers<string | null>();
  socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED' ? null : heard));
  socket.once('close', () => resolve(heard));
  for (const part of say) socket.write(part);
  return promise;
}
