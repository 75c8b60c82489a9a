/** A host behind a real sshd on loopback: own keys, own home directory, the shim as forced command, the demo agent. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SshTarget } from '../../src/transport/ssh/target.ts';
import { endHost } from './end-host.ts';
import { freePort } from './free-port.ts';
import { descendants, nameOf, signal, startedWith } from './processes.ts';
import { temporaryDirectory } from './temporary.ts';
import { until } from './until.ts';

export interface Laptop {
  readonly port: number;
  readonly user: string;
  readonly home: string;
  /** Private key that may call the shim. */
  readonly keyFile: string;
  readonly knownHostsFile: string;
  /** How ssh reaches it. */
  readonly target: SshTarget;
  /** The variables by which a gateway reaches it. */
  readonly variables: Record<string, string>;
  /** Where its daemon keeps what it keeps. */
  readonly stateDir: string;
  /** Path of the shim. */
  readonly shim: string;
  /** Every prompt that the session's agent got. */
  prompts(session: string): { turnId: string; message: string }[];
  /** Lets an answer go on that `demo hold NAME` holds. */
  release(name: string, session: string): void;
  daemonPid(): number;
  /** The sshd processes that serve connections now. */
  connections(): number[];
  /** Ends the connections that are open. */
  cut(): void;
  /** Takes sshd's listener away; connections stay. */
  stopListening(): Promise<void>;
  startListening(): Promise<void>;
  /** Gives it another host key; the pinned one stays. */
  changeHostKey(): Promise<void>;
  /** What known hosts would have to say of it now. */
  hostKeyLine(): string;
  /** Calls a verb of its shim over a connection of its own, as an older gateway does. */
  verb(...words: string[]): Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** Stops all that runs there, as when its lid is closed: connections stay, and nobody answers. */
  sleep(): void;
  wake(): void;
  /** What its journal says of the turn; null where nothing. */
  turnState(session: string, turnId: string): string | null;
  /** What sshd has logged. */
  readonly log: string;
  /** What is in force for the key: `restrict,command="…"` by default. */
  setKeyOptions(options: string): void;
  setHostEnv(settings: Record<string, string>): void;
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface LaptopOptions {
  /** Lines of its `host.env`. */
  env?: Record<string, string>;
  /** Lines of sshd's configuration, which win over the usual ones. */
  sshd?: string[];
}

export async function startLaptop({ env = {}, sshd: extra = [] }: LaptopOptions = {}): Promise<Laptop> {
  const { path: root, remove } = await temporaryDirectory();
  const at = (name: string) => join(root, name);
  const home = at('home');
  const shim = join(home, 'paliadin-shim.mjs');
  const stateDir = join(home, '.local', 'state', 'paliadin-host');
  const user = userInfo().username;
  mkdirSync(home, { mode: 0o700 });
  // Where Debian starts sshd as a service, this is made by the service.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  for (const name of ['host_key', 'key']) makeKey(at(name));
  copyFileSync(BUNDLE, shim);
  const port = await freePort();
  let listener: ChildProcess | null = null;
  let served: number[] = [];
  let asleep: number[] = [];
  let log = '';

  function setHostEnv(settings: Record<string, string>): void {
    const all = { PALIADIN_AGENT: 'demo', PALIADIN_DEMO_PACE: '0', PATH: process.env.PATH ?? '', ...settings };
    writeFileSync(
      join(home, 'host.env'),
      Object.entries(all)
        .map(([name, value]) => `${name}="${value}"\n`)
        .join(''),
    );
  }

  function setKeyOptions(options: string): void {
    writeFileSync(at('authorized_keys'), `${options} ${readFileSync(at('key.pub'), 'utf8')}`, { mode: 0o600 });
  }

  function hostKeyLine(): string {
    return `[127.0.0.1]:${port} ${readFileSync(at('host_key.pub'), 'utf8')}`;
  }

  function connections(): number[] {
    const now = listener?.pid === undefined ? [] : descendants(listener.pid).filter((pid) => nameOf(pid) === 'sshd');
    served = [...new Set([...served, ...now])].filter((pid) => nameOf(pid) === 'sshd');
    return served;
  }

  async function startListening(): Promise<void> {
    listener = spawn(SSHD, ['-D', '-e', '-f', at('sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
    const before = log.length;
    listener.stderr?.on('data', (text) => {
      log += text;
    });
    await until(`sshd to listen`, () => {
      if (listener?.exitCode !== null) throw new Error(`sshd ended: ${log}`);
      return log.includes('Server listening', before);
    });
  }

  async function stopListening(): Promise<void> {
    if (listener === null) return;
    connections(); // they outlive it, and are then nobody's children
    const ended = once(listener, 'exit');
    listener.kill('SIGKILL');
    await ended;
    listener = null;
  }

  function cut(): void {
    for (const pid of connections()) signal(pid, 'SIGKILL');
  }

  function sleep(): void {
    const own = [listener?.pid ?? 0, ...connections(), ...started()].filter((pid) => pid > 0);
    asleep = own;
    for (const pid of own) signal(pid, 'SIGSTOP');
  }

  /** All that runs there. One that is just going has nothing in its environment any more. */
  function started(): number[] {
    return startedWith(`HOME=${home}`);
  }

  function wake(): void {
    for (const pid of asleep.splice(0)) signal(pid, 'SIGCONT');
  }

  async function dispose(): Promise<void> {
    wake();
    cut();
    await stopListening();
    await endHost(join(stateDir, 'host'));
    // A shim that was just starting a daemon when its connection was cut, that daemon, and whatever hangs.
    for (let left = started(); left.length > 0; left = started()) for (const pid of left) signal(pid, 'SIGKILL');
    await remove();
  }

  const config = [
    'MaxStartups 100', // the one of which the last counts, not the first
    ...extra,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at('host_key')}`,
    `PidFile ${at('sshd.pid')}`,
    `AuthorizedKeysFile ${at('authorized_keys')}`,
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    // The temporary directory is below one that everybody may write.
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin prohibit-password',
    'LogLevel INFO',
    'Subsystem sftp internal-sftp',
    `SetEnv HOME=${home}`,
  ];
  writeFileSync(at('sshd_config'), `${config.join('\n')}\n`);
  setHostEnv(env);
  setKeyOptions(`restrict,command="${process.execPath} ${shim}"`);
  writeFileSync(at('known_hosts'), hostKeyLine());
  await startListening();

  const agentDirectory = (session: string) => join(stateDir, 'host', 'sessions', session, 'agent');
  return {
    port,
    user,
    home,
    stateDir,
    shim,
    connections,
    cut,
    sleep,
    wake,
    stopListening,
    startListening,
    setKeyOptions,
    setHostEnv,
    hostKeyLine,
    get log() {
      return log;
    },
    keyFile: at('key'),
    knownHostsFile: at('known_hosts'),
    target: { program: 'ssh', host: '127.0.0.1', port, user, keyFile: at('key'), knownHostsFile: at('known_hosts') },
    variables: {
      PALIADIN_REMOTE_HOST: '127.0.0.1',
      PALIADIN_REMOTE_PORT: String(port),
      PALIADIN_REMOTE_USER: user,
      PALIADIN_SSH_KEY_FILE: at('key'),
      PALIADIN_KNOWN_HOSTS_FILE: at('known_hosts'),
    },
    async verb(...words) {
      const files = ['-i', at('key'), '-o', `UserKnownHostsFile=${at('known_hosts')}`];
      const checks = ['IdentitiesOnly=yes', 'StrictHostKeyChecking=yes', 'BatchMode=yes', 'ConnectTimeout=3'];
      const alive = ['ServerAliveInterval=10', 'ServerAliveCountMax=3'];
      const options = [...checks, ...alive].flatMap((option) => ['-o', option]);
      const args = ['-F', '/dev/null', ...files, '-p', String(port), ...options, `${user}@127.0.0.1`, '--', ...words];
      const ssh = spawn('ssh', args, { stdio: ['ignore', 'pipe', 'pipe'] });
      const said = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const) {
        ssh[name].setEncoding('utf8').on('data', (text: string) => {
          said[name] += text;
        });
      }
      const [code] = await once(ssh, 'close');
      return { code, ...said };
    },
    prompts(session) {
      const file = join(agentDirectory(session), 'prompts.jsonl');
      const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
      return lines.map((line) => JSON.parse(line));
    },
    release: (name, session) => writeFileSync(join(agentDirectory(session), `release-${name}`), ''),
    turnState(session, turnId) {
      const file = join(agentDirectory(session), '..', 'turns', `${turnId}.json`);
      return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8').split('\n').at(-1) ?? '').state : null;
    },
    daemonPid: () => Number(readFileSync(join(stateDir, 'host', 'daemon.pid'), 'utf8')),
    async changeHostKey() {
      await stopListening();
      makeKey(at('host_key'));
      await startListening();
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

/** An ed25519 key without a passphrase, in place of one that is there. */
export function makeKey(path: string, passphrase = ''): void {
  if (existsSync(path)) for (const file of [path, `${path}.pub`]) execFileSync('rm', [file]);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'test', '-f', path]);
}

/** A forced command that knows `health`, `run-turn` and `reset` and nothing else. */
export const PLAIN_SHIM = `${process.execPath} ${fileURLToPath(new URL('../transport/ssh/programs/plain-shim.ts', import.meta.url))}`;

export const BUNDLE = fileURLToPath(new URL('../../dist/paliadin-shim.mjs', import.meta.url));
// sshd wants to be called by its whole path.
const SSHD = '/usr/sbin/sshd';
