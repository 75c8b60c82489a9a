/** The application of the image in a directory: just what the Dockerfile copies, with the packages of production. */
import fs from 'node:fs';
import path from 'node:path';
import { type Instruction, ROOT } from './dockerfile.ts';

/** In the image the application is in `/app`; here in `app`. */
export function unpack(instructions: Instruction[], app: string): void {
  const last = Math.max(...instructions.map(({ stage }) => stage));
  // The last stage begins with what the first one has.
  const copies = instructions.filter(({ name, stage }) => name === 'COPY' && (stage === 0 || stage === last));
  for (const { words } of copies) {
    const names = words.filter((word) => !word.startsWith('--from='));
    const target = path.join(app, names.at(-1) ?? '');
    const isDirectory = names.at(-1)?.endsWith('/');
    for (const source of names.slice(0, -1).map((name) => name.replace(/^\/app\//, ''))) {
      copy(source, isDirectory ? path.join(target, path.basename(source)) : target);
    }
  }
}

function copy(source: string, target: string): void {
  const places = source === 'node_modules' ? productionPackages() : [source];
  for (const place of places) {
    fs.cpSync(path.join(ROOT, place), path.join(target, path.relative(source, place)), { recursive: true });
  }
}

/** What `npm ci --omit=dev` installs. */
function productionPackages(): string[] {
  const lockfile = JSON.parse(fs.readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'));
  const packages = Object.entries<{ dev?: boolean; devOptional?: boolean }>(lockfile.packages);
  return packages
    .filter(([place, { dev, devOptional }]) => place !== '' && !dev && !devOptional)
    .map(([place]) => place)
    .filter((place) => fs.existsSync(path.join(ROOT, place)));
}
