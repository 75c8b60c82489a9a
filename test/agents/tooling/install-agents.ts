/** Brings Claude Code, in the versions to try, into a cache outside the clone. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findNpm } from '../../../bootstrap/find-npm.mjs';
import { SetupError, say } from '../../../bootstrap/say.mjs';

const PACKAGE = '@anthropic-ai/claude-code';
/** The oldest that is promised to work; and whatever is newest today. */
const VERSIONS = ['2.1.197', 'latest'];

/** The program of each version. @throws SetupError where npm can't bring one. */
export function installAgents(): Map<string, string> {
  const programs = new Map<string, string>();
  for (const wanted of VERSIONS) {
    const version = wanted === 'latest' ? newest() : wanted;
    if (!programs.has(version)) programs.set(version, install(version));
  }
  return programs;
}

function newest(): string {
  const version = npm(['view', PACKAGE, 'version'], os.tmpdir());
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new SetupError(`npm does not tell the newest version of ${PACKAGE}`);
  return version;
}

/** Where `bench/peers` has what it compares with. */
export function peersDirectory(): string {
  return path.join(cacheOfUser(), 'paliadin-peers');
}

/** Its program, installed once. No script of it runs: the program is a file of the package for this platform. */
function install(version: string): string {
  const directory = path.join(cacheDirectory(), version);
  const found = programIn(directory);
  if (found !== undefined) return found;
  installPackage(PACKAGE, version, directory);
  const program = programIn(directory);
  if (program === undefined)
    throw new SetupError(`${PACKAGE} ${version} has no program for ${process.platform}-${process.arch}`);
  return program;
}

export function cacheDirectory(): string {
  return path.join(cacheOfUser(), 'paliadin-agents');
}

function cacheOfUser(): string {
  return process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache');
}

/** No script of it runs. */
export function installPackage(name: string, version: string, directory: string): void {
  say(`installing ${name} ${version} into ${directory}`);
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(path.join(directory, 'package.json'), '{"private":true}\n');
  npm(['install', '--save-exact', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`], directory);
}

function programIn(directory: string): string | undefined {
  const scope = path.join(directory, 'node_modules', '@anthropic-ai');
  const packages = fs.existsSync(scope) ? fs.readdirSync(scope) : [];
  return packages.map((name) => path.join(scope, name, 'claude')).find((file) => fs.existsSync(file));
}

function npm(args: string[], cwd: string): string {
  const result = spawnSync(process.execPath, ['--no-deprecation', findNpm(process.env), ...args, '--loglevel=error'], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (result.status !== 0) throw new SetupError(`npm ${args[0]} failed; its own words are above`);
  return result.stdout.trim();
}
