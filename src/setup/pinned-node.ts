/** The Node that this version of Paliadin brings, one package of npm's for each platform, as the bootstrap does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { readIfExists } from '../process/files.ts';

export interface PinnedNode {
  /** Name of the package. */
  name: string;
  version: string;
  /** As in a lockfile: an algorithm and the digest of the package's file in base64. */
  integrity: string;
}

/** The pinned Node for a platform such as `linux-x64`; null if npm has none. */
export function pinnedNode(platform: string): PinnedNode | null {
  const name = `node-${platform}`;
  const locked = lockfile.parse(JSON.parse(readFileSync(inRuntime('package-lock.json'), 'utf8')));
  const found = locked.packages[`node_modules/${name}`];
  return found === undefined ? null : { name, ...found };
}

/** The program, if the bootstrap has brought this very package for this machine; npm has verified it then. */
export function installedHere({ name, integrity }: PinnedNode): string | null {
  const record = readIfExists(inRuntime('node_modules/.package-lock.json'));
  if (record === null) return null;
  const installed = lockfile.safeParse(JSON.parse(record)).data?.packages[`node_modules/${name}`];
  return installed?.integrity === integrity ? inRuntime(join('node_modules', name, 'bin', 'node')) : null;
}

const lockfile = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().default(''), integrity: z.string().default('') })),
});

/** This module is two folders deep in the package, and so is the built version. */
function inRuntime(path: string): string {
  return fileURLToPath(new URL(`../../runtime/${path}`, import.meta.url));
}
