// Runs a script of ours with real agents: brings the versions to try into a cache outside the clone, and runs the script in
// a network namespace of its own, with a home and an environment of its own. An agent there reaches nobody.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNpm } from './find-npm.mjs';
import { run } from './run.mjs';
import { fail, SetupError, say } from './say.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const PACKAGE = '@anthropic-ai/claude-code';
/** The oldest that is promised to work; and whatever is newest today. */
const VERSIONS = ['2.1.197', 'latest'];

/**
 * `--unattended`: without what takes minutes each, each story with one version only, an end after some minutes whatever
 * hangs, and where real agents can't be tried a line that says why.
 */
const UNATTENDED = '--unattended';
// Some four times as long as it takes on a quiet machine with two cores.
const LIMIT_SECONDS = 20 * 60;

/** @param {string[]} script with its arguments @returns {Promise<number>} */
async function withAgents(script) {
  const unattended = script.includes(UNATTENDED);
  const found = unattended ? tryPrepare() : prepare();
  return found === null
    ? 0
    : runScript(
        script.filter((arg) => arg !== UNATTENDED),
        found,
        unattended,
      );
}

/** What is needed; null, and said, where that can't be had. */
function tryPrepare() {
  try {
    return prepare();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`real agents were not tried: ${error.message}`);
    return null;
  }
}

/** @returns {{ unshare: string[], programs: Map<string, string> }} */
function prepare() {
  const unshare = namespaceCommand();
  /** @type {Map<string, string>} */
  const programs = new Map();
  for (const wanted of VERSIONS) {
    const version = wanted === 'latest' ? newest() : wanted;
    if (!programs.has(version)) programs.set(version, install(version));
  }
  return { unshare, programs };
}

/** @param {string[]} script @param {ReturnType<typeof prepare>} found @param {boolean} unattended @returns {Promise<number>} */
async function runScript(script, { unshare, programs }, unattended) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'paliadin-agents-'));
  try {
    const env = {
      PATH: process.env.PATH ?? '',
      HOME: home,
      LANG: 'C.UTF-8',
      ...(process.env.CI === undefined ? {} : { CI: process.env.CI }),
      ...(process.env.TEST_ISOLATION === undefined ? {} : { TEST_ISOLATION: process.env.TEST_ISOLATION }),
      ...(process.env.WRITE_TABLE === undefined ? {} : { WRITE_TABLE: process.env.WRITE_TABLE }),
      ...(process.env.TEST_TRAFFIC === undefined ? {} : { TEST_TRAFFIC: process.env.TEST_TRAFFIC }),
      ...(process.env.TEST_MIXED_RUNS === undefined ? {} : { TEST_MIXED_RUNS: process.env.TEST_MIXED_RUNS }),
      ...(unattended ? { TEST_UNATTENDED: '1' } : {}),
      TEST_AGENTS: JSON.stringify([...programs].map(([name, program]) => ({ name: `${name}`, program }))),
    };
    // Not `exec`: in a namespace of processes the shell is the first of them, and collects those that lose their parent.
    const inside = ['sh', '-c', 'ip link set lo up && "$@"', 'sh', process.execPath, ...script];
    if (!unattended) return await run('unshare', [...unshare, ...inside], { cwd: root, env });
    const limited = ['--foreground', '--signal=KILL', `${LIMIT_SECONDS}`, 'unshare', ...unshare, ...inside];
    const code = await run('timeout', limited, { cwd: root, env });
    if (code === KILLED) say(`the tests with real agents were ended after ${LIMIT_SECONDS / 60} minutes`);
    return code;
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
  }
}

/** Root makes a namespace as it is; anybody else becomes root in one of their own, where that is allowed. */
function namespaceCommand() {
  // Where processes have a namespace too, none of them outlives the script, however that ends.
  const together = ['--pid', '--fork', '--kill-child=KILL', '--mount-proc'];
  const user = ['--user', '--map-root-user'];
  const ways = [['--net', ...together], ['--net'], [...user, '--net', ...together], [...user, '--net']];
  const way = ways.find((flags) => spawnSync('unshare', [...flags, 'ip', 'link', 'set', 'lo', 'up']).status === 0);
  if (way === undefined) {
    throw new SetupError(
      'Real agents are only tried where they reach nobody, and no network namespace can be made here. It needs Linux, `unshare` and `ip`, and root or user namespaces.',
    );
  }
  return way;
}

function newest() {
  const version = npm(['view', PACKAGE, 'version'], os.tmpdir());
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new SetupError(`npm does not tell the newest version of ${PACKAGE}`);
  return version;
}

/** Its program, installed once. No script of it runs: the program is a file of the package for this platform. @param {string} version */
function install(version) {
  const cache = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache');
  const directory = path.join(cache, 'paliadin-agents', version);
  const found = programIn(directory);
  if (found !== undefined) return found;
  say(`installing ${PACKAGE} ${version} into ${directory}`);
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(path.join(directory, 'package.json'), '{"private":true}\n');
  npm(['install', '--save-exact', '--ignore-scripts', '--no-audit', '--no-fund', `${PACKAGE}@${version}`], directory);
  const program = programIn(directory);
  if (program === undefined)
    throw new SetupError(`${PACKAGE} ${version} has no program for ${process.platform}-${process.arch}`);
  return program;
}

// As a shell tells that something was killed.
const KILLED = 128 + os.constants.signals.SIGKILL;

/** @param {string} directory */
function programIn(directory) {
  const scope = path.join(directory, 'node_modules', '@anthropic-ai');
  const packages = fs.existsSync(scope) ? fs.readdirSync(scope) : [];
  return packages.map((name) => path.join(scope, name, 'claude')).find((file) => fs.existsSync(file));
}

/** @param {string[]} args @param {string} cwd */
function npm(args, cwd) {
  const result = spawnSync(process.execPath, ['--no-deprecation', findNpm(process.env), ...args, '--loglevel=error'], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (result.status !== 0) throw new SetupError(`npm ${args[0]} failed; its own words are above`);
  return result.stdout.trim();
}

withAgents(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
}, fail);
