import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The absolute path of a program, as a shell would find it; null if there is none. */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | null {
  const candidates = name.includes('/') ? [name] : (env.PATH ?? '').split(delimiter).map((path) => join(path, name));
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
