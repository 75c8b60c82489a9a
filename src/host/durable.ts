/** Files that are whole or not there: temporary file, fsync, rename, fsync of the directory. */
import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PaliadinError } from '../contract/errors.ts';

/** On disk when this resolves. A crash before leaves the old file, or none. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}${TEMPORARY}`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
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
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
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
