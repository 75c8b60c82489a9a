import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { onlyOne } from './only-one.mjs';
import { run } from './run.mjs';
import { SetupError, say } from './say.mjs';

/** What the page is made of: when none of it changed, neither does the page. */
const SOURCES = ['src/web', 'src/contract', 'vite.config.ts', 'package-lock.json'];

/**
 * What browsers load, built into dist/web when its sources changed.
 * @param {string} root @param {{ path: string }} node @param {NodeJS.ProcessEnv} env
 */
export function buildPage(root, node, env) {
  const dist = path.join(root, 'dist');
  const stamp = path.join(dist, 'web.stamp');
  const wanted = `${hashOf(root)}\n`;
  const isDone = () =>
    fs.existsSync(path.join(dist, 'web')) && fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted;

  return onlyOne(dist, isDone, async () => {
    say('building the page');
    // A build that fails half-way leaves no page that passes for a whole one.
    fs.rmSync(stamp, { force: true });
    const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    const args = [vite, 'build', '--logLevel', 'error'];
    // A test runner's NODE_ENV would give people React's development build, three times the size.
    const production = { ...env, NODE_ENV: 'production' };
    const code = await run(node.path, args, {
      cwd: root,
      env: production,
      stdio: ['ignore', process.stderr.fd, 'inherit'],
    });
    if (code !== 0) throw new SetupError(`vite could not build the page (exit code ${code}); its own words are above.`);
    fs.writeFileSync(stamp, wanted);
  });
}

/** @param {string} root */
function hashOf(root) {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap((source) => filesBelow(path.join(root, source)))) {
    hash
      .update(`${path.relative(root, file)}\0`)
      .update(fs.readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

/** @param {string} place a file or a directory @returns {string[]} in the same order everywhere */
function filesBelow(place) {
  const stat = fs.statSync(place, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat ? [place] : [];
  return fs
    .readdirSync(place)
    .sort()
    .flatMap((name) => filesBelow(path.join(place, name)));
}
