/** The parts of this clone that are copied to a host. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '../config/load.ts';
import { packagePrograms } from '../config/programs.ts';
import type { InstallRequest } from './request.ts';

/** The shim, as one file. @throws ConfigError */
export function readBundle(): string {
  try {
    return readFileSync(BUNDLE, 'utf8');
  } catch {
    throw new ConfigError(`the shim is not built: no ${BUNDLE}; run \`npm run build\``);
  }
}

/** The plugin's files, by their paths below its directory. */
export function readSkill(): InstallRequest['skill'] {
  const root = packagePrograms.skill;
  return ['.claude-plugin', 'skills']
    .flatMap((part) => readdirSync(join(root, part), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: relative(root, file), text: readFileSync(file, 'utf8') }));
}

const BUNDLE = fileURLToPath(new URL('../../dist/paliadin-shim.mjs', import.meta.url));
