/** The programs that Paliadin is made of, and how each is started. */
import { fileURLToPath } from 'node:url';
import { SMALL_HEAP } from './small-heap.ts';

export interface Programs {
  /** Program and first arguments of the host daemon. */
  daemon: [string, ...string[]];
  /** Program and first arguments of the relay; the host's directory comes last. */
  relay: [string, ...string[]];
  /** First arguments of the demo agent, for Node. */
  demoAgent: string[];
  /** The files and directories that it is made of. */
  demoFiles: string[];
  /** Directory of the plugin with the skill, for Claude Code. */
  skill: string;
}

/** As they were built into dist/, or from their source where this is run from its source. */
export const packagePrograms: Programs = {
  daemon: [process.execPath, program('daemon', 'src/daemon/daemon.ts')],
  relay: [process.execPath, SMALL_HEAP, program('relay', 'src/daemon/relay.ts')],
  demoAgent: [program('demo', 'src/demo/main.ts')],
  demoFiles: isBuilt()
    ? ['dist/programs', 'package.json'].map(inPackage)
    : ['src/demo', 'src/contract', 'node_modules', 'package.json'].map(inPackage),
  skill: inPackage('skill'),
};

function program(name: string, source: string): string {
  return inPackage(isBuilt() ? `dist/programs/${name}.mjs` : source);
}

function isBuilt(): boolean {
  return import.meta.url.endsWith('.mjs');
}

/** This module lies two folders deep in the package, and so does what is built of it. */
function inPackage(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
