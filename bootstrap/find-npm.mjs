import fs from 'node:fs';
import path from 'node:path';
import { SetupError } from './say.mjs';

/**
 * npm's own JavaScript, so that we choose the Node that runs it: the npm that started us, the one beside Node, or the
 * one on PATH.
 * @param {NodeJS.ProcessEnv} env @param {string} [execPath] @returns {string}
 */
export function findNpm(env, execPath = process.execPath) {
  const beside = path.join(path.dirname(execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  const onPath = (env.PATH ?? '').split(path.delimiter).map((directory) => path.join(directory, 'npm'));
  // Another package manager sets npm_execpath to itself, and a version manager puts a script of its own on PATH:
  // neither is npm's.
  for (const candidate of [env.npm_execpath, beside, ...onPath]) {
    const file = candidate && realPath(candidate);
    if (file && path.basename(file) === 'npm-cli.js') return file;
  }
  throw new SetupError('npm was not found. Install it (it comes with Node) and run the same command again.');
}

/** @param {string} file */
function realPath(file) {
  try {
    return fs.realpathSync(file);
  } catch {
    return undefined;
  }
}
