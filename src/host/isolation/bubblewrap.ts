/**
 * The sandbox on Linux: bubblewrap gives the agent its own view of files, processes and network. What is not named here
 * does not exist in it.
 */
import { checkView, type SandboxView } from './view.ts';

/**
 * Arguments that start `argv` in the sandbox, where each path is the same as outside. They contain no secret: everybody
 * on the machine can read them.
 */
export function bubblewrapArguments(
  bubblewrap: string,
  view: SandboxView,
  argv: readonly string[],
): [string, ...string[]] {
  checkView(view);
  return [
    bubblewrap,
    ...NAMESPACES,
    ...SYSTEM,
    ...tmpfs('/tmp', TMP_BYTES),
    ...tmpfs('/dev/shm', TMP_BYTES),
    ...tmpfs('/run', RUN_BYTES),
    ...view.write.flatMap((path) => ['--bind', path, path]),
    ...view.read.flatMap((path) => ['--ro-bind', path, path]),
    ...view.lent.flatMap(([source, path]) => ['--bind', source, path]),
    ...view.fixed.flatMap(([source, path]) => ['--ro-bind', source, path]),
    // These are in memory as well: directories that were created above the mounted paths.
    '--remount-ro',
    '/',
    '--remount-ro',
    '/dev',
    '--chdir',
    view.cwd,
    '--',
    ...argv,
  ];
}

function tmpfs(path: string, bytes: number): string[] {
  return ['--size', String(bytes), '--tmpfs', path];
}

const NAMESPACES = [
  // Ends with its terminal.
  '--die-with-parent',
  // Even root gets no right over anything outside of its view.
  '--unshare-user',
  '--cap-drop',
  'ALL',
  '--disable-userns',
  '--unshare-pid',
  '--unshare-ipc',
  '--unshare-uts',
  '--unshare-cgroup-try',
  '--unshare-net',
  '--hostname',
  'paliadin',
  // Variables about the terminal's multiplexer would point to nothing.
  '--unsetenv',
  'TMUX',
  '--unsetenv',
  'TMUX_PANE',
];

/** The system's programs, and what they need to run: nothing that reveals who else uses the machine. */
const SYSTEM = [
  '--ro-bind',
  '/usr',
  '/usr',
  ...['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'].flatMap((path) => ['--ro-bind-try', path, path]),
  ...[
    '/etc/alternatives',
    '/etc/ca-certificates',
    '/etc/claude-code',
    '/etc/fonts',
    '/etc/ld.so.cache',
    '/etc/ld.so.conf',
    '/etc/ld.so.conf.d',
    '/etc/localtime',
    '/etc/mime.types',
    '/etc/pki/ca-trust/extracted',
    '/etc/pki/tls/certs',
    '/etc/ssl/certs',
    '/etc/ssl/openssl.cnf',
    '/etc/timezone',
  ].flatMap((path) => ['--ro-bind-try', path, path]),
  '--proc',
  '/proc',
  '--dev',
  '/dev',
];

// In memory, and counted as the agent's own.
const TMP_BYTES = 512 * 1024 * 1024;
const RUN_BYTES = 1024 * 1024;
