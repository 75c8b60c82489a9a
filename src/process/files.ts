/**
 * Writes files atomically, so that a reader sees a complete file or none: temporary file, fsync, rename, fsync of the
 * directory.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fdatasyncSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Text with one character per byte: what other programs wrote is written back unchanged. */
export const BYTES = 'latin1';

export interface WriteOptions {
  /** Permissions of the new file, less the process's umask. */
  mode?: number;
  encoding?: BufferEncoding;
}

/** The file's text; null if there is no file. */
export function readIfExists(path: string, encoding: BufferEncoding = 'utf8'): string | null {
  try {
    return readFileSync(path, encoding);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * On disk when this returns. A crash before that leaves the old file, or none. It blocks for the two syncs, half a
 * millisecond each: as eight steps of the thread pool it took four times as long.
 */
export function writeAtomically(
  path: string,
  content: string | Uint8Array,
  { mode = 0o600, encoding = 'utf8' }: WriteOptions = {},
): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}${TEMPORARY}`;
  try {
    withFile(temporary, 'wx', mode, (file) => {
      writeFileSync(file, content, encoding);
      fdatasyncSync(file);
    });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  withFile(dirname(path), 'r', mode, fsyncSync);
}

/**
 * Adds a line to a file, and is on disk when this returns: one sync instead of the two of `writeAtomically`. A crash before
 * that may leave a part of the line, which the next one does not continue. False if there is no file.
 */
export function appendLine(path: string, line: string): boolean {
  try {
    const file = openSync(path, constants.O_WRONLY | constants.O_APPEND);
    try {
      writeFileSync(file, `\n${line}`);
      fdatasyncSync(file);
    } finally {
      closeSync(file);
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/**
 * As `writeAtomically`, for a file that a person maintains: if `path` is a link, its target is replaced. New directories are 0700.
 */
export function replaceFile(path: string, text: string, mode: number, encoding: BufferEncoding = 'utf8'): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const target = readIfExists(path, BYTES) === null ? path : realpathSync(path);
  writeAtomically(target, text, { mode, encoding });
}

/** Removes the leftovers of writes that a crash interrupted. */
export async function removeLeftovers(directory: string): Promise<void> {
  const names = await readdir(directory);
  await Promise.all(names.filter((name) => name.endsWith(TEMPORARY)).map((name) => rm(join(directory, name))));
}

/** The file's mode, or `otherwise` if there is no file. */
export function modeOf(path: string, otherwise: number): number {
  return (statSync(path, { throwIfNoEntry: false })?.mode ?? otherwise) & 0o777;
}

function withFile(path: string, flags: string, mode: number, use: (file: number) => void): void {
  const file = openSync(path, flags, mode);
  try {
    use(file);
  } finally {
    closeSync(file);
  }
}

const TEMPORARY = '.tmp';
