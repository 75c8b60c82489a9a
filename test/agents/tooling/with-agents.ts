/**
 * Runs a script of ours with real agents: brings the versions to try into a cache outside the clone, and runs the script in
 * a network namespace of its own, with a home and an environment of its own. An agent there reaches nobody.
 *
 *     node test/agents/tooling/with-agents.ts SCRIPT ARGUMENTS…
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { run } from '../../../bootstrap/run.mjs';
import { fail, SetupError, say } from '../../../bootstrap/say.mjs';
import { installAcpAgents } from './install-acp-agents.ts';
import { installAgents, peersDirectory } from './install-agents.ts';
import { namespaceFlags } from './namespace-flags.ts';

/**
 * `--unattended`: without what takes minutes each, each story with one version only, an end after some minutes whatever
 * hangs, and where real agents can't be tried a line that says why.
 */
const UNATTENDED = '--unattended';
// Some four times as long as it takes on a quiet machine with two cores.
const LIMIT_SECONDS = 20 * 60;
// As a shell tells that something was killed.
const KILLED = 128 + os.constants.signals.SIGKILL;

const ROOT = path.resolve(import.meta.dirname, '..', '..', '..');

interface Prepared {
  /** Of `unshare`. */
  flags: string[];
  /** Program of each version. */
  programs: Map<string, string>;
  /** Agents that speak ACP. */
  acp: { name: string; command: string[] }[];
}

withAgents(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
}, fail);

/** `script` with its arguments. Resolves with its exit code. */
async function withAgents(script: string[]): Promise<number> {
  const unattended = script.includes(UNATTENDED);
  const prepared = unattended ? tryPrepare() : prepare();
  if (prepared === null) return 0;
  const rest = script.filter((arg) => arg !== UNATTENDED);
  return await runScript(rest, prepared, unattended);
}

/** What is needed; null, and said, where that can't be had. */
function tryPrepare(): Prepared | null {
  try {
    return prepare();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`real agents were not tried: ${error.message}`);
    return null;
  }
}

function prepare(): Prepared {
  return { flags: namespaceFlags(), programs: installAgents(), acp: installAcpAgents() };
}

async function runScript(script: string[], { flags, programs, acp }: Prepared, unattended: boolean): Promise<number> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'paliadin-agents-'));
  try {
    const env = {
      ...taken([
        'CI',
        'TEST_ISOLATION',
        'WRITE_TABLE',
        'TEST_TRAFFIC',
        'TEST_MIXED_RUNS',
        'BENCH_TURNS',
        'BENCH_AGENT',
      ]),
      PATH: process.env.PATH ?? '',
      HOME: home,
      LANG: 'C.UTF-8',
      ...(unattended && { TEST_UNATTENDED: '1' }),
      BENCH_PEERS: peersDirectory(),
      TEST_AGENTS: JSON.stringify([...programs].map(([name, program]) => ({ name, program }))),
      TEST_ACP_AGENTS: JSON.stringify(acp),
    };
    // Not `exec`: in a namespace of processes the shell is the first of them, and collects those that lose their parent.
    const inside = ['sh', '-c', 'ip link set lo up && "$@"', 'sh', process.execPath, ...script];
    if (!unattended) return await run('unshare', [...flags, ...inside], { cwd: ROOT, env });
    const limited = ['--foreground', '--signal=KILL', `${LIMIT_SECONDS}`, 'unshare', ...flags, ...inside];
    const code = await run('timeout', limited, { cwd: ROOT, env });
    if (code === KILLED) say(`the tests with real agents were ended after ${LIMIT_SECONDS / 60} minutes`);
    return code;
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
  }
}

/** Those of our own variables that are set. */
function taken(names: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
