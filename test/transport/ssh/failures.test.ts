/**
 * ssh returns 255 for all its own failures, and passes on what the host's side returns. Each failure is produced
 * for real here, with a real sshd or a real dead address, and recognised by what ssh prints.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { ErrorCode } from '../../../src/contract/errors.ts';
import { sshFailure } from '../../../src/transport/ssh/failure.ts';
import { reachOverSsh } from '../../../src/transport/ssh/reach.ts';
import type { SshTarget } from '../../../src/transport/ssh/target.ts';
import { type Laptop, makeKey, startLaptop } from '../../support/laptop.ts';

let laptop: Laptop;
/** A forced command, for the file's programs. */
const forced = (command: string) => `restrict,command="${command.replaceAll('"', '\\"')}"`;
const shimCommand = () => forced(`${process.execPath} ${laptop.shim}`);

beforeAll(async () => {
  laptop = await startLaptop();
});
afterAll(() => laptop?.dispose());

interface Case {
  name: string;
  /** Brings it about. What is given back is used instead of the laptop's own target. */
  arrange(): Partial<SshTarget> | Promise<Partial<SshTarget>>;
  code: ErrorCode;
  detail: RegExp;
}

describe('a host that can’t be reached', () => {
  each([
    {
      name: 'because nothing listens there',
      async arrange() {
        const { port, close } = await listen(() => {});
        await close();
        return { port };
      },
      code: 'mriver_unreachable',
      detail: /Connection refused; nothing listens there; start sshd/,
    },
    {
      name: 'because what listens there says nothing',
      async arrange() {
        const { port } = await listen(() => {});
        return { port };
      },
      code: 'mriver_unreachable',
      detail: /Connection timed out during banner exchange|timed out; the host does not answer; it may be asleep/,
    },
    {
      name: 'because it takes no connection',
      arrange: async () => ({ port: await deafPort() }),
      code: 'mriver_unreachable',
      detail: /Connection timed out; the host does not answer; it may be asleep or offline/,
    },
    {
      name: 'because there is no network',
      arrange: () => inNetwork(),
      code: 'mriver_unreachable',
      detail: /Network is unreachable; there is no way to the host; check the network or the VPN/,
    },
    {
      name: 'because there is no route to it',
      arrange: () => inNetwork('ip link set lo up', 'ip route add unreachable 10.9.9.2'),
      code: 'mriver_unreachable',
      detail: /No route to host; there is no way to the host/,
    },
    {
      name: 'because the way is forbidden, which is no word about the key',
      arrange: () => inNetwork('ip link set lo up', 'ip route add prohibit 10.9.9.2'),
      code: 'mriver_unreachable',
      detail: /port 22: Permission denied; there is no way to the host/,
    },
    {
      name: 'because its name is not known',
      arrange: () => ({ host: 'laptop.invalid' }),
      code: 'mriver_unreachable',
      detail: /Could not resolve hostname laptop\.invalid: .*; the name is not known here; check PALIADIN_REMOTE_HOST/,
    },
    {
      name: 'because the connection is closed before keys are exchanged',
      async arrange() {
        const { port } = await listen((socket) => socket.end());
        return { port };
      },
      code: 'mriver_unreachable',
      detail: /Connection closed by .*; the connection broke/,
    },
    {
      name: 'because the connection is reset',
      async arrange() {
        const { port } = await listen((socket) => socket.resetAndDestroy());
        return { port };
      },
      code: 'mriver_unreachable',
      detail: /Connection reset by .*; the connection broke$/,
    },
    {
      name: 'because something else listens there',
      async arrange() {
        const { port } = await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
        return { port };
      },
      code: 'mriver_unreachable',
      detail: /Connection closed by .*; the connection broke|kex_exchange_identification: .*; the connection broke/,
    },
    {
      name: 'because its sshd ends the connection before the shim says a word',
      arrange() {
        laptop.setKeyOptions(forced('kill -9 $PPID'));
        return {};
      },
      code: 'mriver_unreachable',
      detail: /(closed by remote host\.|Broken pipe); the connection broke$/,
    },
  ]);

  test('because it has too many connections', { timeout: 60_000 }, async () => {
    const busy = await startLaptop({ sshd: ['MaxStartups 1:100:1'] });
    onTestFinished(() => busy.dispose());
    const somebody = connect(busy.port, '127.0.0.1').on('error', () => {});
    onTestFinished(() => void somebody.destroy());
    await once(somebody, 'data'); // sshd's own words: it is being served
    const error = await failureOf(busy.target);
    expect(error).toMatchObject({ code: 'mriver_unreachable' });
    expect(error.detail).toMatch(/; the connection broke$/);
  });
});

describe('a host that is another one, or refuses our key', () => {
  each([
    {
      name: 'because the key is not known to it',
      arrange() {
        const keyFile = `${laptop.keyFile}-unknown`;
        makeKey(keyFile);
        return { keyFile };
      },
      code: 'shim_auth_failed',
      detail: /: Permission denied \(publickey\)\.; the host does not accept this key; `paliadin host add` installs it/,
    },
    {
      name: 'because the account is not there',
      arrange: () => ({ user: 'nobody-of-this-name' }),
      code: 'shim_auth_failed',
      detail: /: Permission denied \(publickey\)/,
    },
    {
      name: 'because its key is not pinned at all',
      arrange() {
        const knownHostsFile = `${laptop.knownHostsFile}-empty`;
        writeFileSync(knownHostsFile, '');
        return { knownHostsFile };
      },
      code: 'host_key_changed',
      detail: /Host key verification failed\.|host key is known for /,
    },
    {
      name: 'because it shows another key than the pinned one',
      arrange() {
        const knownHostsFile = `${laptop.knownHostsFile}-of-another`;
        const other = `${laptop.keyFile}-of-another-host`;
        makeKey(other);
        const pub = execFileSync('cat', [`${other}.pub`], { encoding: 'utf8' });
        writeFileSync(knownHostsFile, `[127.0.0.1]:${laptop.port} ${pub}`);
        return { knownHostsFile };
      },
      code: 'host_key_changed',
      detail: /the host shows another key than the pinned one; if that is right, pin it anew with `paliadin host add`/,
    },
  ]);

  test('whatever its banner said before', async () => {
    const banner = join(dirname(laptop.keyFile), 'banner');
    writeFileSync(banner, 'Host key verification failed.\nssh: connect to host x: Connection refused\ntimed out\n');
    const talkative = await startLaptop({ sshd: [`Banner ${banner}`] });
    onTestFinished(() => talkative.dispose());
    const keyFile = `${talkative.keyFile}-unknown`;
    makeKey(keyFile);
    expect(await failureOf({ ...talkative.target, keyFile })).toMatchObject({
      code: 'shim_auth_failed',
      detail: expect.stringContaining('Permission denied (publickey)'),
    });
    // And where nothing is wrong, the banner is nothing.
    const channel = await reachOverSsh(talkative.target, process.env);
    await channel.health(null);
    channel.close();
    await channel.closed;
  });
});

describe('a shim that fails', () => {
  each([
    {
      name: 'because there is none',
      arrange: () => shim('/nowhere/paliadin-shim'),
      code: 'shim_error',
      detail: /: the shim is not there \(.*No such file or directory\); run `paliadin host add` again$/,
    },
    {
      name: 'because Node does not find it',
      arrange: () => shim(`${process.execPath} /nowhere/paliadin-shim.mjs`),
      code: 'shim_error',
      detail:
        /: the shim is not there \(.*Cannot find module '\/nowhere\/paliadin-shim\.mjs'.*\); run `paliadin host add`/,
    },
    {
      name: 'because Node is gone',
      arrange: () => shim(`/nowhere/node ${laptop.shim}`),
      code: 'shim_error',
      detail: /: the shim is not there \(.*\/nowhere\/node.*\)/,
    },
    {
      name: 'because it may not be run: no word about our key',
      arrange() {
        const program = `${laptop.home}/not-executable`;
        writeFileSync(program, '#!/bin/sh\n', { mode: 0o600 });
        return shim(program);
      },
      code: 'shim_error',
      detail: /: the shim can't be run \(.*Permission denied\); /,
    },
    {
      name: 'because something it needs is denied to it: no word about our key',
      arrange: () => program(`echo "${laptop.user}@127.0.0.1: Permission denied (publickey)." >&2; exit 1`),
      code: 'shim_error',
      detail: /: the shim ended with 1 \(.*Permission denied/,
    },
    {
      name: 'because it crashes',
      arrange: () => program(`exec ${process.execPath} -e 'throw new TypeError("it broke")'`),
      code: 'shim_error',
      detail: /: the shim ended with 1 \(.*TypeError: it broke.*\); run `paliadin doctor`/,
    },
    {
      name: 'because it is killed',
      arrange: () => program('kill -9 $$'),
      code: 'shim_error',
      detail: /: the shim was ended by a signal; run `paliadin doctor`/,
    },
    {
      name: 'because it is killed in the middle of a sentence',
      arrange: () => program('echo "paliadin-shim: I was about to" >&2; kill -15 $$'),
      code: 'shim_error',
      detail: /: the shim was ended by a signal \(I was about to\)/,
    },
    {
      name: 'because its Node is too old',
      arrange() {
        const old = `${laptop.home}/old-node.mjs`;
        writeFileSync(
          old,
          "Object.defineProperty(process.versions, 'node', { value: '20.19.0' });\nawait import('./paliadin-shim.mjs');\n",
        );
        return shim(`${process.execPath} ${old}`);
      },
      code: 'shim_error',
      detail: /: Node 20\.19\.0 is too old: install 22\.13 or newer on this host/,
    },
    {
      name: 'because it speaks another protocol',
      arrange: () =>
        program("echo 'paliadin-shim: shim_outdated: this shim (version 9.9.9) speaks protocol 9' >&2; exit 76"),
      code: 'shim_outdated',
      detail: /^this shim \(version 9\.9\.9\) speaks protocol 9$/,
    },
    {
      name: 'because a daemon of another protocol answers',
      arrange: () =>
        program(`exec ${process.execPath} -e 'process.stdin.once("data", (line) => {
          const { id } = JSON.parse(line);
          const paliadin = { version: "9.9.9", protocol: 9, agent: "x", driver: "x", settings: "x" };
          const result = { protocolVersion: 1, agentCapabilities: { _meta: { paliadin } } };
          process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id, result }) + "\\n");
        })'`),
      code: 'shim_outdated',
      detail: /the host \(version 9\.9\.9\) speaks protocol 9, this gateway 1; update the older one/,
    },
    {
      name: 'because it knows none of our verbs',
      arrange: () => program('echo what >&2; exit 2'),
      code: 'shim_error',
      detail: /: the shim ended with 2 \(what\); run `paliadin doctor`/,
    },
    {
      name: 'because it is not ours and ends well',
      arrange: () => program('echo hello'),
      code: 'shim_error',
      detail: /: the shim ended with 0/,
    },
    {
      name: 'because the daemon can’t be started, with what the shim says of it',
      arrange() {
        const locked = `${laptop.home}/not-a-directory`;
        writeFileSync(locked, '');
        laptop.setKeyOptions(shimCommand());
        laptop.setHostEnv({ PALIADIN_STATE_DIR: locked });
        onTestFinished(() => laptop.setHostEnv({}));
        return {};
      },
      code: 'shim_error',
      detail: /state directory can't be used/,
    },
  ]);

  test('because it prints without end', async () => {
    program('yes');
    expect(await failureOf(laptop.target)).toMatchObject({
      code: 'shim_error',
      detail: expect.stringContaining('prints without end'),
    });
  });
});

describe('a greeting', () => {
  test('of the login shell is skipped, whatever it prints', async () => {
    const greeting = String.raw`printf 'Welcome!\n{"jsonrpc":"1.0"}\n{ \n\nPermission denied (publickey).\n'`;
    laptop.setKeyOptions(forced(`${greeting}; exec ${process.execPath} ${laptop.shim}`));
    const channel = await reachOverSsh(laptop.target, process.env);
    expect(channel).toMatchObject({ connected: true, identity: { agent: 'demo' } });
    await channel.health(null);
    channel.close();
    await channel.closed;
  });
});

test('an unknown message of ssh is passed on, and does not count as a key failure', () => {
  const end = { code: 255, signal: null, stderr: 'debug\r\nssh: flux capacitor \u001b[31mdepleted\u0007\r\n' };
  expect(sshFailure(end, 'm@laptop:22')).toMatchObject({
    code: 'shim_error',
    detail: expect.stringMatching(/^m@laptop:22: ssh: flux capacitor \[31mdepleted/),
  });
});

function each(cases: Case[]): void {
  test.each(cases)('$name', async ({ arrange, code, detail }) => {
    const target = { ...laptop.target, ...(await arrange()) };
    const error = await failureOf(target);
    expect({ code: error.code, detail: error.detail }).toEqual({ code, detail: expect.stringMatching(detail) });
    // One line that says whose host it was.
    expect(error.detail).not.toMatch(/[\r\n]/);
  });
}

async function failureOf(target: SshTarget): Promise<{ code: string; detail: string }> {
  const reached = await reachOverSsh(target, process.env).then(
    (channel) => channel.close(),
    (error) => error,
  );
  expect(reached).toMatchObject({ name: 'PaliadinError' });
  return reached as unknown as { code: string; detail: string };
}

/** The key's forced command. */
function shim(command: string): Partial<SshTarget> {
  laptop.setKeyOptions(forced(command));
  return {};
}

/** The key's forced command is a program of this text. */
function program(text: string): Partial<SshTarget> {
  const path = `${laptop.home}/program.sh`;
  writeFileSync(`${path}.new`, `#!/bin/sh\n${text}\n`);
  chmodSync(`${path}.new`, 0o700);
  renameSync(`${path}.new`, path);
  return shim(path);
}

/** ssh in a network of its own, prepared by these commands. */
function inNetwork(...commands: string[]): Partial<SshTarget> {
  const path = `${laptop.home}/ssh-elsewhere`;
  writeFileSync(path, `#!/bin/sh\nexec unshare -n sh -c '${[...commands, 'exec ssh "$@"'].join('; ')}' ssh "$@"\n`);
  chmodSync(path, 0o700);
  return { program: path, host: '10.9.9.2', port: 22 };
}

/** What listens on a port of its own until the test ends. */
async function listen(serve: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(() => close());
  return { port: (server.address() as { port: number }).port, close };
}

/** A port whose queue of connections is full and is never emptied: as a laptop that is just falling asleep. */
async function deafPort(): Promise<number> {
  const program = `const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  child.kill('SIGSTOP');
  for (let taken = true; taken; ) {
    const socket = connect(Number(line), '127.0.0.1').on('error', () => {});
    onTestFinished(() => void socket.destroy());
    taken = await Promise.race([once(socket, 'connect').then(() => true), delay(200, false)]);
  }
  return Number(line);
}
