/** Where a host is, and the only ssh command line that reaches it. */
import type { ShimVerb } from '../../contract/shim.ts';

export interface SshTarget {
  /** Path of the OpenSSH client. */
  program: string;
  /** Checked against `HOST_PATTERN`, so that ssh can't read it as an option. */
  host: string;
  port: number;
  user: string;
  /** The private key, readable only by its owner. */
  keyFile: string;
  /** The pinned host keys. */
  knownHostsFile: string;
}

/** Never a shell, never the user's ssh configuration, never a prompt, never an unknown host. */
export function sshArguments(target: SshTarget, verb: ShimVerb, ...args: string[]): string[] {
  return [
    '-F',
    '/dev/null',
    '-i',
    target.keyFile,
    '-p',
    String(target.port),
    ...options('IdentitiesOnly=yes', `UserKnownHostsFile=${quoted(target.knownHostsFile)}`),
    ...options('StrictHostKeyChecking=yes', 'BatchMode=yes', 'ConnectTimeout=3'),
    ...options('ServerAliveInterval=10', 'ServerAliveCountMax=3'),
    // Ignores the host keys of this machine's administrator, which were not pinned; no agent, no forwarding, no pty.
    ...options('GlobalKnownHostsFile=/dev/null', 'IdentityAgent=none', 'ClearAllForwardings=yes', 'EscapeChar=none'),
    '-T',
    `${target.user}@${target.host}`,
    '--',
    verb,
    ...args,
  ];
}

/** The host as a person knows it: `m@laptop:22022`. */
export function formatTarget({ user, host, port }: Pick<SshTarget, 'user' | 'host' | 'port'>): string {
  return `${user}@${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * The environment for ssh: the identity that it needs to find its own files, and a locale in which its messages can be
 * parsed.
 */
export function sshEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { PATH: env.PATH, HOME: env.HOME, LC_ALL: 'C' };
}

function options(...settings: string[]): string[] {
  return settings.flatMap((setting) => ['-o', setting]);
}

/** ssh splits the value of this option at spaces, and expands `%`. */
function quoted(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`;
}
