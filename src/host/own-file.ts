/**
 * Reads files that an agent could have put there. It must not read the owner's other files in their place, and a pipe
 * or a device must not block the reader: no link is followed, and only an ordinary file is opened.
 */
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';

/**
 * Opens an ordinary file for reading. The caller closes it.
 * @param root no directory on the path from here to the file may be a link to elsewhere
 * @returns a file descriptor; null if there is no such file, or it is not an ordinary file
 */
export function openOwnFile(path: string, root: string = dirname(path)): number | null {
  let file: number;
  try {
    if (!isWithin(path, root)) return null;
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  if (fstatSync(file).isFile() && isAt(file, path, root)) return file;
  closeSync(file);
  return null;
}

/** The file's text, at most `maxBytes` of it; null if `openOwnFile` returns null. */
export function readOwnFile(path: string, options: { root?: string; maxBytes: number }): string | null {
  const file = openOwnFile(path, options.root);
  if (file === null) return null;
  try {
    const bytes = Buffer.alloc(Math.min(fstatSync(file).size, options.maxBytes));
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
}

/** Its size in bytes; 0 if there is none. */
export function sizeOfOwnFile(path: string, root?: string): number {
  const file = openOwnFile(path, root);
  if (file === null) return 0;
  try {
    return fstatSync(file).size;
  } finally {
    closeSync(file);
  }
}

/** Whether the opened file is still there: a directory on its path may have been a link at that moment. */
function isAt(file: number, path: string, root: string): boolean {
  try {
    if (process.platform !== 'linux') return isWithin(path, root);
    return readlinkSync(`/proc/self/fd/${file}`) === join(realpathSync(root), relative(root, path));
  } catch {
    return false; // it is gone
  }
}

/** Whether the file's directory is where its name says, at or below `root`, without a link in the path. */
function isWithin(path: string, root: string): boolean {
  const below = relative(root, dirname(path));
  if (below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)) return false;
  return realpathSync(dirname(path)) === join(realpathSync(root), below);
}
