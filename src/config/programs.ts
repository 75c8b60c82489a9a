/** The programs that Paliadin consists of, and how each is started. */
import { fileURLToPath } from 'node:url';
import { SMALL_HEAP } from './small-heap.ts';

export interface Programs {
  /** Program and first arguments of the host daemon. */
  daemon: [string, ...string[]];
  /** Program and first arguments of the relay; the host's directory comes last. */
  relay: [string, ...string[]];
  /** First arguments of the demo agent, for Node. */
  demoAgent: string[];
  /** The files and directories that the demo agent consists of. */
  demoFiles: string[];
  /** Directory of the plugin with the skill, for Claude Code. */
  skill: string;
}

/** As built into dist/, where they start in half the time of their sources. */
export const packagePrograms: Programs = {
  daemon: [process.execPath, SMALL_HEAP, inPackage('dist/programs/daemon.mjs')],
  relay: [process.execPath, SMALL_HEAP, inPackage('dist/programs/relay.mjs')],
  demoAgent: [inPackage('dist/programs/demo.mjs')],
  demoFiles: ['dist/programs', 'package.json'].map(inPackage),
  skill: inPackage('skill'),
};

/** This module is two folders deep in the package, and so is the built version. */
function inPackage(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
