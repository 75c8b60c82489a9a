/**
 * A session's own directories, and in its workspace what the owner shares with all: each thing in the shared directory
 * has a link of its name there, so that an agent finds CLAUDE.md, settings and documents where it works.
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

/** Makes a directory of the session's own. What an agent left in its place is removed: a link would lead elsewhere. */
export function ownDirectory(path: string): string {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isDirectory()) rmSync(path);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

/** Makes an ordinary file of the session's own, empty where there was none. */
export function ownFile(path: string): string {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) putAside(path);
  if (found === undefined || !found.isFile()) writeFileSync(path, '', { mode: 0o600, flag: 'wx' });
  return path;
}

/** Puts a link in the place of whatever is there. */
export function linkTo(source: string, path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) putAside(path);
  symlinkSync(source, path);
}

/** Brings the links in `workspace` in step with what is in `shared`. A person's own file of the same name stays, but for `OWNERS`. */
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

/** What of the shared directory is shown in each workspace. */
function sharedNames(shared: string): string[] {
  return readdirSync(shared)
    .filter((name) => !HIDDEN.has(name))
    .sort()
    .slice(0, MAX_SHARED);
}

/** Out of the way, in one step: a directory may be deeper, or have more in it, than anybody wants to wait for. */
function putAside(path: string): void {
  try {
    if (lstatSync(path).isDirectory()) rmdirSync(path);
    else rmSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
    renameSync(path, `${path}.aside-${randomBytes(4).toString('hex')}`);
  }
}

/** What tells an agent what it may do is the owner's alone, whatever a person's agent has put there. */
export const OWNERS: ReadonlySet<string> = new Set(['.claude', '.mcp.json', 'CLAUDE.md', 'AGENTS.md']);
// The history of the owner's repository is not the workspace's.
const HIDDEN: ReadonlySet<string> = new Set(['.git']);
// More than anyone keeps side by side; each is a link to make at every start.
const MAX_SHARED = 1000;
