import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { run } from './run.mjs';
import { SetupError, say } from './say.mjs';
import { withLock } from './with-lock.mjs';

/** What vite builds into dist/, and from which sources: if none of them has changed, the output is up to date. */
const BUILDS = {
  page: {
    title: 'the page',
    output: 'web',
    config: 'vite.config.ts',
    sources: ['src/web', 'src/client', 'src/contract', 'src/user-token'],
  },
  programs: {
    title: 'the programs',
    output: 'programs',
    config: 'vite.programs.config.ts',
    sources: ['src', 'package.json'],
  },
  shim: {
    title: 'the shim',
    output: 'paliadin-shim.mjs',
    config: 'vite.shim.config.ts',
    sources: ['src', 'package.json'],
  },
};

/**
 * Builds one of BUILDS, unless it is up to date.
 * @param {keyof typeof BUILDS} name @param {string} root @param {{ path: string }} node @param {NodeJS.ProcessEnv} env
 */
export function build(name, root, node, env) {
  const { title, output, config, sources } = BUILDS[name];
  const dist = path.join(root, 'dist');
  const stamp = path.join(dist, `${output}.stamp`);
  const wanted = `${hashOf(root, [...sources, config, 'package-lock.json'])}\n`;
  const isDone = () =>
    fs.existsSync(path.join(dist, output)) && fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted;

  return withLock(dist, isDone, async () => {
    say(`building ${title}`);
    // A failed build must not leave output that counts as complete.
    fs.rmSync(stamp, { force: true });
    const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    const args = [vite, 'build', '--config', config, '--logLevel', 'error'];
    // A test runner's NODE_ENV would give users React's development build, three times the size.
    const production = { ...env, NODE_ENV: 'production' };
    const code = await run(node.path, args, {
      cwd: root,
      env: production,
      stdio: ['ignore', process.stderr.fd, 'inherit'],
    });
    if (code !== 0) throw new SetupError(`vite could not build ${title} (exit code ${code}); its own words are above.`);
    fs.writeFileSync(stamp, wanted);
  });
}

/** @param {string} root @param {string[]} sources */
function hashOf(root, sources) {
  const hash = createHash('sha256');
  for (const file of sources.flatMap((source) => filesBelow(path.join(root, source)))) {
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
