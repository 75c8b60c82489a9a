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

/** In a clone everything runs from its source. */
export const clonePrograms: Programs = {
  daemon: [process.execPath, inClone('src/daemon/daemon.ts')],
  relay: [process.execPath, SMALL_HEAP, inClone('src/daemon/relay.ts')],
  demoAgent: [inClone('src/demo/main.ts')],
  demoFiles: ['src/demo', 'src/contract', 'node_modules', 'package.json'].map(inClone),
  skill: inClone('skill'),
};

function inClone(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
