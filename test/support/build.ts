import path from 'node:path';
import { build } from '../../bootstrap/build.mjs';

/** Builds what a browser loads and what a host runs unless it is there, as `npm test` does, for those who start vitest themselves. */
export async function setup(): Promise<void> {
  const root = path.join(import.meta.dirname, '..', '..');
  for (const name of ['page', 'programs', 'shim'] as const)
    await build(name, root, { path: process.execPath }, process.env);
}
