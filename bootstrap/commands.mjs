import fs from 'node:fs';
import path from 'node:path';

// A young generation of 4 MB instead of 16 or more: a hundred users at once then need a third less memory. With 1 MB it is
// 10 MB less again, and each turn takes a tenth more of the gateway's time.
const SMALL_HEAP = '--max-semi-space-size=4';

/**
 * What each command needs built, and what it runs: every step is the arguments of one Node process; the steps run in
 * turn until one fails. `anywhere`: runs in the caller's directory, because its arguments may name files there; the
 * others run in the clone.
 * @typedef {{ needs?: (args: string[]) => ('page' | 'programs' | 'shim')[], anywhere?: boolean, steps: (root: string, args: string[]) => string[][] }} Command
 * @type {Record<string, Command>}
 */
export const COMMANDS = {
  start: {
    needs: () => ['page', 'programs'],
    anywhere: true,
    steps: (root, args) => [[SMALL_HEAP, cli(root), 'start', ...args]],
  },
  example: {
    needs: () => ['page', 'programs'],
    steps: (root) => [[path.join(root, 'examples', 'cases', 'main.ts')]],
  },
  paliadin: {
    needs: ([name]) => (name === 'host' ? ['programs', 'shim'] : ['programs']),
    anywhere: true,
    steps: (root, args) => [[cli(root), ...args]],
  },
  check: { steps: checks },
  test: {
    needs: () => ['page', 'programs', 'shim'],
    steps: (root, args) => [
      ...checks(root),
      [tool(root, 'vitest'), 'run', ...['parts', 'browser'].flatMap((name) => ['--project', name]), ...args],
    ],
  },
  'test:nightly': {
    needs: () => ['page', 'programs', 'shim'],
    steps: (root, args) => [[tool(root, 'vitest'), 'run', '--project', 'nightly', '--project', 'postgres', ...args]],
  },
  'test:chaos': {
    needs: () => ['page', 'programs', 'shim'],
    steps: (root, args) => [[path.join(root, 'test', 'chaos', 'main.ts'), ...args]],
  },
  'test:agents': {
    needs: () => ['page', 'programs', 'shim'],
    steps: (root, args) => [[withAgents(root), tool(root, 'vitest'), 'run', '--project', 'agents', ...args]],
  },
  build: { needs: () => ['page', 'programs', 'shim'], steps: () => [] },
  bench: { needs: () => ['page', 'programs', 'shim'], steps: (root, args) => benchmarks(root, args) },
};

/** @param {string} root */
function checks(root) {
  return [
    [tool(root, '@biomejs/biome'), 'check', '--error-on-warnings'],
    // The contract, the client and the page compile without Node's types, the contract also without the browser's.
    ...['.', 'src/contract', 'src/client', 'src/web', 'test/web'].map((project) => [
      tool(root, 'typescript', 'tsc'),
      '-p',
      project,
    ]),
    [tool(root, 'knip')],
  ];
}

/**
 * All benchmarks of bench/, one after the other so that none slows another, those with a real agent last; or only the
 * named ones.
 * @param {string} root @param {string[]} args
 */
function benchmarks(root, args) {
  const names = args.filter((arg) => !arg.startsWith('--'));
  const flags = args.filter((arg) => arg.startsWith('--'));
  const directory = path.join(root, 'bench');
  const all = fs.readdirSync(directory).filter((file) => file.endsWith('.ts'));
  const needsAgents = (/** @type {string} */ file) => file.startsWith('claude') || OTHERS.includes(file);
  const sorted = all.sort(
    (one, other) => Number(needsAgents(one)) - Number(needsAgents(other)) || (one < other ? -1 : 1),
  );
  return (names.length > 0 ? names.map((name) => `${name}.ts`) : sorted).flatMap((file) => [
    // What it compares with is installed while there is a network.
    ...(file === PEERS ? [[path.join(directory, 'peers', 'install.ts')]] : []),
    [...(needsAgents(file) ? [withAgents(root)] : []), path.join(directory, file), ...flags],
  ]);
}

const PEERS = 'peers.ts';
const OTHERS = [PEERS, 'acp-agent.ts'];

/** The program that installs real agents and runs a script with them, cut off from the network. @param {string} root */
function withAgents(root) {
  return path.join(root, 'test', 'agents', 'tooling', 'with-agents.ts');
}

/** @param {string} root */
function cli(root) {
  return path.join(root, 'dist', 'programs', 'cli.mjs');
}

/**
 * A package's own executable, read from its package.json: node_modules/.bin contains links that are shell scripts on
 * some systems. Read only when its step runs, so after the packages are installed.
 * @param {string} root @param {string} name of the package
 * @param {string} [command] its executable's name, if different
 */
function tool(root, name, command = path.basename(name)) {
  const directory = path.join(root, 'node_modules', name);
  const { bin } = JSON.parse(fs.readFileSync(path.join(directory, 'package.json'), 'utf8'));
  return path.join(directory, typeof bin === 'string' ? bin : bin[command]);
}
