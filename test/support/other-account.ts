/**
 * A second Unix account with its own home and sshd, which the machine itself never sees: its line of /etc/passwd is
 * there only in a mount namespace, and only root can make one.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort } from './free-port.ts';
import { makeKey } from './laptop.ts';
import { temporaryDirectory } from './temporary.ts';
import { until } from './until.ts';

const SYSTEMD = '/lib/systemd/systemd';

/** Why there can be no second account here; null where there can. */
export const WHY_NOT =
  process.platform !== 'linux'
    ? 'mount namespaces are Linux’s'
    : process.getuid?.() === 0
      ? null
      : 'only root can make a mount namespace with another /etc/passwd';

export interface OtherAccount {
  readonly name: string;
  readonly uid: number;
  readonly home: string;
  readonly port: number;
  /** `USER@HOST:PORT`. */
  readonly target: string;
  /** How its owner reaches it: an ssh configuration of their own, with key and known hosts. */
  readonly sshConfig: string;
  /** The owner's public key, as authorized_keys has it. */
  readonly ownerLine: string;
  readonly ownerKnownHosts: string;
  /** Writes a file below its home, as the account would have. */
  write(path: string, text: string, mode?: number): void;
  read(path: string): string;
  stop(): Promise<void>;
  start(): Promise<void>;
  changeHostKey(): Promise<void>;
  /** Its processes, sshd aside. */
  processes(): { pid: number; command: string }[];
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Why it can't have systemd's manager for an account; null where it can. */
export const WHY_NO_SYSTEMD =
  WHY_NOT ??
  (!existsSync(SYSTEMD)
    ? 'systemd is not installed'
    : cgroupRoots().length === 0
      ? 'control groups can’t be made here'
      : null);

export interface OtherAccountOptions {
  /** Whether systemd's manager for the account runs. */
  systemd?: boolean;
  /** The program that it has as `node`, where that is another than the one that runs here; null: none. */
  node?: string | null;
}

export async function startOtherAccount({
  node = process.execPath,
  systemd = false,
}: OtherAccountOptions = {}): Promise<OtherAccount> {
  const { path: root, remove } = await temporaryDirectory();
  // Two tests at the same time must not end each other's processes.
  const uid = 50_000 + (process.pid % 10_000);
  const name = 'laptop';
  const at = (file: string) => join(root, file);
  const home = at('home');
  const cgroups = systemd ? cgroupRoots().map((parent) => join(parent, `paliadin-test-${uid}`)) : [];
  const port = await freePort();
  let listener: ChildProcess | null = null;

  function own(path: string): void {
    chownSync(path, uid, uid);
    if (path !== home) own(dirname(path));
  }

  function write(path: string, text: string, mode = 0o600): void {
    mkdirSync(dirname(join(home, path)), { recursive: true, mode: 0o700 });
    writeFileSync(join(home, path), text, { mode });
    chmodSync(join(home, path), mode);
    own(join(home, path));
  }

  async function start(): Promise<void> {
    const script = systemd ? `${START_SYSTEMD}\n${ENTER}` : ENTER;
    const sshd = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', ...mounts], {
      // A manager has what it was started with, and gives it to its services.
      env: { PATH: process.env.PATH, uid: String(uid), home, account: name, cgroups: cgroups.join(' ') },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    listener = sshd;
    let said = '';
    sshd.stderr.on('data', (text) => {
      said += text;
    });
    await until('sshd to listen', () => {
      if (sshd.exitCode !== null) throw new Error(`sshd ended: ${said}`);
      return said.includes('Server listening');
    });
  }

  async function stop(): Promise<void> {
    if (listener === null) return;
    const ended = once(listener, 'exit');
    listener.kill('SIGKILL');
    await ended;
    listener = null;
  }

  function processes() {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry) && ownerOf(entry) === uid)
      .map((entry) => ({ pid: Number(entry), command: readProc(entry, 'cmdline').replaceAll('\0', ' ').trim() }))
      .filter(({ command }) => command !== '' && !/^(sshd|\/lib\/systemd|\(sd-pam)/.test(command));
  }

  async function dispose(): Promise<void> {
    await stop();
    for (const entry of readdirSync('/proc').filter((each) => /^\d+$/.test(each) && ownerOf(each) === uid)) {
      try {
        process.kill(Number(entry), 'SIGKILL');
      } catch {
        // it has just ended
      }
    }
    if (systemd) for (const cgroup of cgroups) await removeCgroup(cgroup);
    await remove();
  }

  chmodSync(root, 0o755);
  mkdirSync(home, { mode: 0o700 });
  own(home);
  mkdirSync('/run/sshd', { recursive: true });
  for (const key of ['host_key', 'owner_key']) makeKey(at(key));
  const ownerLine = readFileSync(at('owner_key.pub'), 'utf8').trim();
  write('.ssh/authorized_keys', `${ownerLine}\n`);
  writeFileSync(at('passwd'), `${readFileSync('/etc/passwd', 'utf8')}${name}:x:${uid}:${uid}::${home}:/bin/bash\n`);
  writeFileSync(at('sshd_config'), sshdConfig(port, at).join('\n'));
  writeFileSync(at('known_hosts'), `[127.0.0.1]:${port} ${readFileSync(at('host_key.pub'), 'utf8')}`);
  writeFileSync(at('ssh_config'), ownerConfig(port, name, at).join('\n'));
  const systemNodes = ['/usr/bin/node', '/usr/local/bin/node'].filter(existsSync);
  write('.local/bin/node', '', 0o700);
  // The machine's own Node may be any, or none.
  const nodes = [join(home, '.local/bin/node'), ...systemNodes];
  // What can't be run is none.
  writeFileSync(at('no-node'), '', { mode: 0o600 });
  const program = node ?? at('no-node');
  const mounts = [at('sshd_config'), at('passwd'), '/etc/passwd', ...nodes.flatMap((path) => [program, path])];
  await start();

  return {
    name,
    uid,
    home,
    port,
    ownerLine,
    write,
    start,
    stop,
    processes,
    dispose,
    target: `${name}@127.0.0.1:${port}`,
    sshConfig: at('ssh_config'),
    ownerKnownHosts: at('known_hosts'),
    read: (path) => readFileSync(join(home, path), 'utf8'),
    async changeHostKey() {
      await stop();
      makeKey(at('host_key'));
      await start();
    },
    [Symbol.asyncDispose]: dispose,
  };
}

function sshdConfig(port: number, at: (file: string) => string): string[] {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at('host_key')}`,
    `PidFile ${at('sshd.pid')}`,
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'MaxStartups 100',
    '',
  ];
}

function ownerConfig(port: number, user: string, at: (file: string) => string): string[] {
  return [
    'Host my-laptop',
    'HostName 127.0.0.1',
    `Port ${port}`,
    `User ${user}`,
    'Host *',
    `IdentityFile ${at('owner_key')}`,
    'IdentitiesOnly yes',
    'IdentityAgent none',
    `UserKnownHostsFile ${at('known_hosts')}`,
    'GlobalKnownHostsFile /dev/null',
    'StrictHostKeyChecking yes',
    '',
  ];
}

function ownerOf(pid: string): number | null {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid ?? null;
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** Where systemd keeps its own groups, in the layouts that there are. */
function cgroupRoots(): string[] {
  const all = ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified', '/sys/fs/cgroup'];
  return all.filter((path) => existsSync(join(path, 'cgroup.procs')) && isWritable(path));
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function removeCgroup(path: string): Promise<void> {
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeCgroup(join(path, entry.name));
  }
  // It is busy until its last process is gone for good.
  await until(`${path} to be empty`, () => {
    try {
      rmdirSync(path);
      return true;
    } catch {
      return false;
    }
  });
}

// With a /run of its own, in groups of its own, as after a login.
const START_SYSTEMD = `mount -t tmpfs tmpfs /run || exit 1
mkdir -p /run/sshd /run/systemd/system "/run/user/$uid"
chown "$uid:$uid" "/run/user/$uid" && chmod 700 "/run/user/$uid"
for cgroup in $cgroups; do
  mkdir -p "$cgroup" && chown "$uid:$uid" "$cgroup" "$cgroup/cgroup.procs" || exit 1
  if [ -e "$cgroup/tasks" ]; then chown "$uid:$uid" "$cgroup/tasks"; fi
done
(
  for cgroup in $cgroups; do sh -c 'echo $PPID' >"$cgroup/cgroup.procs"; done
  exec setpriv --reuid "$uid" --regid "$uid" --clear-groups env -i HOME="$home" USER="$account" LOGNAME="$account" \\
    SHELL=/bin/bash PATH=/usr/bin:/bin XDG_RUNTIME_DIR="/run/user/$uid" ${SYSTEMD} --user >/dev/null 2>&1
) &`;

// sshd's configuration, then pairs of a file and what it is put over.
const ENTER = `config=$1
shift
while [ $# -gt 0 ]; do mount --bind "$1" "$2" || exit 1; shift 2; done
exec /usr/sbin/sshd -D -e -f "$config"`;
