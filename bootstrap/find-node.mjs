import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { NPM_ADVICE, npmCi } from './install.mjs';
import { SetupError } from './say.mjs';

/** The first Node whose node:sqlite needs no flag and prints no warning, and that runs TypeScript directly. */
const OLDEST = { major: 24, minor: 15 };

/** @typedef {{ path: string, major: number }} Node */

/**
 * The Node that runs Paliadin: the current one, or if that is too old, the one that runtime/ names, installed by npm.
 * @param {string} root @param {{ version: string, path: string, platform: string }} [running] @returns {Promise<Node>}
 */
export async function findNode(root, running = thisNode()) {
  if (isNewEnough(running.version)) return { path: running.path, major: majorOf(running.version) };

  const directory = path.join(root, 'runtime');
  const wanted = JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8')).optionalDependencies;
  const name = `node-${running.platform}`;
  const version = wanted[name];
  const advice = `install Node ${OLDEST.major}.${OLDEST.minor} or newer and run the same command again.`;
  if (!version) {
    throw new SetupError(
      `Node ${running.version} is too old, and npm has no newer one for ${running.platform} to bring: ${advice}`,
    );
  }

  const node = path.join(directory, 'node_modules', name, 'bin', 'node');
  await npmCi({
    directory,
    lockDirectory: path.join(root, 'dist'),
    line: `Node ${running.version} is too old: bringing ${version} into runtime/, beside it`,
    platform: running.platform,
    node: running.path,
    env: process.env,
    verify: async () => {
      // npm silently omits an optional package that it can't get.
      if (!fs.existsSync(node))
        throw new SetupError(`npm could not download Node ${version}: ${NPM_ADVICE}; or ${advice}`);
      // With another C library than it was built for, it is installed but does not run.
      const error = await promisify(execFile)(node, ['--version']).then(() => undefined, String);
      if (error) throw new SetupError(`The Node ${version} that npm brought does not run here (${error}): ${advice}`);
    },
  });
  return { path: node, major: majorOf(version) };
}

/** @param {string} version such as 24.15.0 */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor);
}

/** @param {string} version */
function majorOf(version) {
  return Number.parseInt(version, 10);
}

function thisNode() {
  return { version: process.versions.node, path: process.execPath, platform: `${process.platform}-${process.arch}` };
}
