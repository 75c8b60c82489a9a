/** Runs between bubblewrap and the agent: limits that apply to all of its processes, and its only way out. */

export interface InsidePrograms {
  /** Of util-linux. */
  prlimit: string;
  socat: string;
}

export interface WayOut {
  /** The port on the sandbox's own loopback that leads out. */
  readonly port: number;
  /** The unix socket that it leads to, alone in its directory. */
  readonly socket: string;
}

/** Starts `argv` with its limits, beside a forwarder from its loopback to the socket. Contains no secret. */
export function insideArguments(programs: InsidePrograms, way: WayOut | null, argv: readonly string[]): string[] {
  const limits = [
    programs.prlimit,
    '--core=0',
    `--nproc=${MAX_PROCESSES}`,
    `--fsize=${MAX_FILE_BYTES}`,
    `--nofile=${MAX_OPEN_FILES}`,
  ];
  const forward =
    way === null
      ? []
      : [
          programs.socat,
          `TCP-LISTEN:${way.port},bind=127.0.0.1,reuseaddr,fork,nodelay,max-children=${MAX_CONNECTIONS}`,
          `UNIX-CONNECT:${way.socket}`,
        ];
  return [...limits, '/bin/sh', '-c', SCRIPT, 'sh', String(forward.length), ...forward, ...argv];
}

/**
 * Takes the number of the forwarder's arguments, those arguments, and then the agent's. The agent replaces the shell,
 * so that it has the terminal, the signals and the exit status itself.
 */
const SCRIPT = [
  // If memory runs out, an agent is killed before any other process of the machine.
  'echo 1000 2>/dev/null >/proc/self/oom_score_adj',
  'words=$1; shift',
  'if [ "$words" -gt 0 ]; then "$1" "$2" "$3" </dev/null >/dev/null 2>&1 & shift "$words"; fi',
  'exec "$@"',
].join('\n');

// Claude Code has about twenty threads; a person's build may have hundreds of processes.
const MAX_PROCESSES = 1024;
const MAX_FILE_BYTES = 2 * 1024 ** 3;
const MAX_OPEN_FILES = 8192;
// An agent has a few of them.
const MAX_CONNECTIONS = 128;
