/**
 * A session's own directories. Its workspace has a link for each entry of the shared directory, by the same name, so
 * that an agent finds CLAUDE.md, settings and documents where it works.
 */
import { randomBytes } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Creates a directory of the session's own. Removes what an agent left in its place: a link would lead elsewhere. */
export function ownDirectory(path: string): string {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isDirectory()) rmSync(path);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

/** Creates an ordinary file of the session's own, empty if there was none. */
export function ownFile(path: string): string {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) putAside(path);
  if (found === undefined || !found.isFile()) writeFileSync(path, '', { mode: 0o600, flag: 'wx' });
  return path;
}

/** Replaces whatever is there by a link. */
export function linkTo(source: string, path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) putAside(path);
  symlinkSync(source, path);
}

/**
 * Updates the links in `workspace` to what is in `shared`. A person's own file of the same name stays, except for
 * `OWNERS`.
 */
export function linkShared(shared: string, workspace: string): void {
  const names = sharedNames(shared);
  for (const entry of readdirSync(workspace, { withFileTypes: true })) {
    const path = join(workspace, entry.name);
    if (entry.isSymbolicLink() && readlinkSync(path).startsWith(`${shared}/`)) rmSync(path);
  }
  for (const name of names) {
    const path = join(workspace, name);
    const taken = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    if (!taken || OWNERS.has(name)) linkTo(join(shared, name), path);
  }
}

/** The names from the shared directory that each workspace gets. */
function sharedNames(shared: string): string[] {
  return readdirSync(shared)
    .filter((name) => !HIDDEN.has(name))
    .sort()
    .slice(0, MAX_SHARED);
}

/** Moves it away in one step: a directory may be too deep, or have too many entries, to delete while somebody waits. */
function putAside(path: string): void {
  try {
    if (lstatSync(path).isDirectory()) rmdirSync(path);
    else rmSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
    renameSync(path, `${path}.aside-${randomBytes(4).toString('hex')}`);
  }
}

/** Only the owner may provide files that tell an agent what it may do, whatever a person's agent has put there. */
export const OWNERS: ReadonlySet<string> = new Set(['.claude', '.mcp.json', 'CLAUDE.md', 'AGENTS.md']);
// The history of the owner's repository is not the workspace's.
const HIDDEN: ReadonlySet<string> = new Set(['.git']);
// More than anyone keeps in one directory; each is a link to create at every start.
const MAX_SHARED = 1000;
