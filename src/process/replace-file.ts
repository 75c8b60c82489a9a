/** Files that are either as they were or as they should be, whenever somebody looks. */
import {
  closeSync,
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
import { basename, dirname, join } from 'node:path';

/** Text as its bytes, one character each: what other programs wrote there comes back unchanged. */
export const BYTES = 'latin1';

/** The file's text; null where there is no file. */
export function readIfThere(path: string, encoding: BufferEncoding = 'utf8'): string | null {
  try {
    return readFileSync(path, encoding);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Writes beside it and renames. Where `path` is a link, what it leads to is replaced. New directories are 0700. */
export function replaceFile(path: string, text: string, mode: number, encoding: BufferEncoding = 'utf8'): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const target = readIfThere(path, BYTES) === null ? path : realpathSync(path);
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}`);
  rmSync(temporary, { force: true });
  const file = openSync(temporary, 'wx', mode);
  try {
    writeFileSync(file, text, encoding);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, target);
}

/** The file's mode, or `otherwise` for one that is not there. */
export function modeOf(path: string, otherwise: number): number {
  return (statSync(path, { throwIfNoEntry: false })?.mode ?? otherwise) & 0o777;
}
