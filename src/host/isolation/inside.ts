/** What stands between bubblewrap and the agent: limits that hold for all of its processes, and its one way out. */

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

/** Starts `argv` with its limits, beside a forwarder from its loopback to the socket. Holds no secret. */
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
 * Takes the number of the forwarder's words, those words, and then the agent's. The agent takes the shell's place, so that
 * its terminal, its signals and its exit status are its own.
 */
const SCRIPT = [
  // Where memory runs out, an agent goes before anything of the machine's.
  'echo 1000 2>/dev/null >/proc/self/oom_score_adj',
  'words=$1; shift',
  'if [ "$words" -gt 0 ]; then "$1" "$2" "$3" </dev/null >/dev/null 2>&1 & shift "$words"; fi',
  'exec "$@"',
].join('\n');

// Claude Code has some twenty threads; a build of a person's may have hundreds of processes.
const MAX_PROCESSES = 1024;
const MAX_FILE_BYTES = 2 * 1024 ** 3;
const MAX_OPEN_FILES = 8192;
// An agent has a handful of them.
const MAX_CONNECTIONS = 128;
