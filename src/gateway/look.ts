/** How the pages look, from the settings. */
import { readFileSync, statSync } from 'node:fs';
import { type Config, ConfigError } from '../config/load.ts';
import type { Look } from '../http/look.ts';

/** @throws ConfigError where the logo can't be used */
export function lookOf({ values }: Pick<Config, 'values'>): Look {
  const { PALIADIN_NAME: name, PALIADIN_ACCENT: accent, PALIADIN_GREETING: greeting, PALIADIN_LOGO: logo } = values;
  return {
    name: name ?? null,
    accent: accent ?? null,
    greeting: greeting ?? null,
    logo: logo === undefined ? null : readLogo(logo),
  };
}

function readLogo(file: string): NonNullable<Look['logo']> {
  const type = TYPES[/\.(\w+)$/.exec(file)?.[1]?.toLowerCase() ?? ''];
  if (type === undefined) {
    throw refused(file, `the path of a picture that ends with .${Object.keys(TYPES).join(', .')}`);
  }
  try {
    const { size } = statSync(file);
    if (size > MAX_LOGO_BYTES) throw refused(file, `it has ${size} bytes; at most ${MAX_LOGO_BYTES} are taken`);
    return { type, bytes: readFileSync(file) };
  } catch (error) {
    throw error instanceof ConfigError ? error : refused(file, `it can't be read: ${(error as Error).message}`);
  }
}

function refused(file: string, why: string): ConfigError {
  return new ConfigError(`PALIADIN_LOGO is ${JSON.stringify(file)}: ${why}`);
}

const TYPES: Record<string, string> = {
  svg: 'image/svg+xml',
  png: 'image/png',
  webp: 'image/webp',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
};

// Every page loads it.
const MAX_LOGO_BYTES = 64 * 1024;
