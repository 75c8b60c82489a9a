import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { findNpm } from './find-npm.mjs';
import { isInterrupted, run } from './run.mjs';
import { SetupError, say } from './say.mjs';
import { withLock } from './with-lock.mjs';

/** What to check when npm can't download anything. */
export const NPM_ADVICE =
  '`npm ping` tells whether there is a way to the registry; behind a proxy set HTTPS_PROXY, and NODE_EXTRA_CA_CERTS for its certificate';

/**
 * Paliadin's packages, exactly as in package-lock.json, installed by npm under the Node that will use them.
 * @param {string} root @param {import('./find-node.mjs').Node} node @param {NodeJS.ProcessEnv} env
 */
export function installPackages(root, node, env) {
  return npmCi({
    directory: root,
    lockDirectory: path.join(root, 'dist'),
    line: 'installing packages',
    platform: `${process.platform}-${process.arch} node ${node.major}`,
    node: node.path,
    env,
    acceptsFound: true,
  });
}

/**
 * Runs `npm ci` in a directory whose node_modules does not match its lockfile.
 * @param {{ directory: string, lockDirectory: string, line: string, platform: string, node: string, env: NodeJS.ProcessEnv,
 *   acceptsFound?: boolean, verify?: () => Promise<void> }} what
 *   `platform`: what else the packages depend on; `acceptsFound`: accepts an installation that somebody made here with
 *   npm by hand; `verify` throws if what npm installed can't be used
 */
export function npmCi({ directory, lockDirectory, line, platform, node, env, acceptsFound, verify }) {
  const lockfile = fs.readFileSync(path.join(directory, 'package-lock.json'));
  const stamp = path.join(directory, 'node_modules', '.paliadin-stamp');
  const wanted = `${createHash('sha256').update(lockfile).digest('hex')} ${platform}\n`;

  const leaveStamp = () => {
    fs.mkdirSync(path.dirname(stamp), { recursive: true });
    fs.writeFileSync(stamp, wanted);
  };

  if (acceptsFound && !fs.existsSync(stamp) && matches(directory, lockfile)) leaveStamp();
  return withLock(
    lockDirectory,
    () => read(stamp) === wanted,
    async () => {
      say(line);
      // No package may run a script: none of ours needs one, and a package that starts to need one should not run it
      // unnoticed. Even if the user's npm is configured to omit them, we need the page's builder and the binaries
      // chosen by platform.
      const args = [
        // With an npm from an older Node, a newer Node prints deprecation warnings about code that the user can't
        // change.
        '--no-deprecation',
        findNpm(env),
        'ci',
        '--ignore-scripts',
        '--include=dev',
        '--include=optional',
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
        // Without a network npm would retry for over a minute while a person waits.
        '--fetch-retry-maxtimeout=5000',
        '--fetch-retry-mintimeout=1000',
      ];
      const code = await run(node, args, { cwd: directory, env, stdio: ['ignore', 'ignore', 'inherit'] });
      // Nothing failed, so no advice is needed.
      if (isInterrupted(code)) process.exit(code);
      if (code !== 0) throw new SetupError(failure(directory, code));
      await verify?.();
      leaveStamp();
    },
  );
}

/**
 * Whether node_modules matches the lockfile, according to npm's own record of a finished installation.
 * @param {string} directory @param {Buffer} lockfile
 */
function matches(directory, lockfile) {
  const hidden = read(path.join(directory, 'node_modules', '.package-lock.json'));
  if (hidden === undefined) return false;
  const installed = JSON.parse(hidden).packages;
  const { '': _root, ...wanted } = JSON.parse(lockfile.toString()).packages;
  return Object.entries(wanted).every(([place, { integrity, optional }]) =>
    installed[place] ? installed[place].integrity === integrity : optional,
  );
}

/** @param {string} directory @param {number} code */
function failure(directory, code) {
  return [
    `npm ci failed in ${directory} (exit code ${code}); npm's own words are above.`,
    'Nothing of it stays in the way: when the cause is gone, run the same command again. Usual causes:',
    `  no network: ${NPM_ADVICE}`,
    '  no right to write here: a clone made by another user, or a full disk',
  ].join('\n  ');
}

/** @param {string} file */
function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
