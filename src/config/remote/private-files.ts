/** Files for other programs with the content of a variable: private, and removed when this process ends. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface PrivateFiles {
  /** Returns the path. */
  write(name: string, text: string): string;
}

/** `directory` contains one directory for each running process; those of killed processes are removed. */
export function privateFiles(directory: string, pid: number): PrivateFiles {
  const own = join(directory, String(pid));
  removeAbandoned(directory);
  return {
    write(name, text) {
      mkdirSync(own, { recursive: true, mode: 0o700 });
      const path = join(own, name);
      rmSync(path, { force: true });
      writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
      process.once('exit', () => rmSync(own, { recursive: true, force: true }));
      return path;
    },
  };
}

function removeAbandoned(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(directory)) {
    if (!isRunning(Number(name))) rmSync(join(directory, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
