/** Files that are whole or not there: temporary file, fsync, rename, fsync of the directory. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PaliadinError } from '../contract/errors.ts';

/**
 * On disk when this returns. A crash before leaves the old file, or none. It blocks for the two syncs,
 * half a millisecond each: as eight steps of the thread pool it took four times as long.
 */
export function writeDurably(path: string, text: string): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}${TEMPORARY}`;
  try {
    withFile(temporary, 'wx', (file) => {
      writeFileSync(file, text);
      fdatasyncSync(file);
    });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  withFile(dirname(path), 'r', fsyncSync);
}

function withFile(path: string, flags: string, use: (file: number) => void): void {
  const file = openSync(path, flags, 0o600);
  try {
    use(file);
  } finally {
    closeSync(file);
  }
}

/** Why `what` could not be written, and what to do. */
export function writeProblem(what: string, error: unknown): PaliadinError {
  if (error instanceof PaliadinError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  const advice = code === 'ENOSPC' || code === 'EDQUOT' ? 'free some space on the host' : 'check its state directory';
  return new PaliadinError('shim_error', `the host can't write ${what} (${code}): ${advice}`, { cause: error });
}

/** The file's text; null where there is none. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Removes what a crash left of unfinished writes. */
export async function removeLeftovers(directory: string): Promise<void> {
  const names = await readdir(directory);
  await Promise.all(names.filter((name) => name.endsWith(TEMPORARY)).map((name) => rm(join(directory, name))));
}

const TEMPORARY = '.tmp';
