/** A shim as another version of Paliadin would bring it: the same in all but version and protocol. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

/** Builds it into the directory, and returns its path. */
export async function buildOtherShim(directory: string, { version, protocol }: { version: string; protocol: number }) {
  await build({
    configFile: join(ROOT, 'vite.shim.config.ts'),
    root: ROOT,
    logLevel: 'error',
    build: { outDir: directory },
    plugins: [
      {
        name: 'another-version',
        enforce: 'pre',
        load(id) {
          if (id.endsWith('/src/contract/host.ts')) {
            const source = readFileSync(id, 'utf8');
            const place = /PROTOCOL_VERSION = \d+/;
            if (!place.test(source)) throw new Error('the protocol’s version is not where it was');
            return source.replace(place, `PROTOCOL_VERSION = ${protocol}`);
          }
          if (id.endsWith('/src/config/version.ts')) return `export const VERSION = ${JSON.stringify(version)};`;
          return null;
        },
      },
    ],
  });
  return join(directory, 'paliadin-shim.mjs');
}

const ROOT = join(import.meta.dirname, '..', '..');
