import path from 'node:path';
import { buildPage } from '../../bootstrap/page.mjs';

/** Builds what a browser loads unless it is there, as `npm test` does, for those who start vitest themselves. */
export async function setup(): Promise<void> {
  await buildPage(path.join(import.meta.dirname, '..', '..'), { path: process.execPath }, process.env);
}
