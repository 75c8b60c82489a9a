/** Whether Claude Code trusts a directory, or asks at its start. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseVersion } from './plugin.ts';

export interface Trust {
  /** The directory through which it is trusted; null if it is not. */
  by: string | null;
  /** The root of its repository: an answer is stored for that. Null if it is in none. */
  repository: string | null;
}

/** `isTrusted` says whether a directory is recorded as trusted. `version` is the output of `claude --version`. */
export function trustOf(path: string, version: string, isTrusted: (directory: string) => boolean): Trust {
  const above = withParents(path);
  const root = above.findIndex(isRepository);
  const repository = above[root] ?? null;
  // A directory inherits trust from its parents, but not from outside of its repository.
  const counts = repository !== null && !inheritsIntoRepositories(version) ? above.slice(0, root + 1) : above;
  const main = repository === null ? [] : mainOf(repository);
  return { by: [...counts, ...main].find(isTrusted) ?? null, repository };
}

function withParents(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [path, ...withParents(parent)];
}

function isRepository(directory: string): boolean {
  return statSync(join(directory, '.git'), { throwIfNoEntry: false }) !== undefined;
}

/** The repository that this is a worktree of. */
function mainOf(repository: string): string[] {
  const git = join(repository, '.git');
  if (!statSync(git).isFile()) return [];
  const [, worktree] = /^gitdir: (.+)\/\.git\/worktrees\/[^/]+\s*$/.exec(readFileSync(git, 'utf8')) ?? [];
  return worktree === undefined ? [] : [resolve(repository, worktree)];
}

/** True with 2.1.197, false with 2.1.332. */
function inheritsIntoRepositories(version: string): boolean {
  const number = parseVersion(version);
  return number !== null && number.localeCompare(LAST_SEEN_TO_INHERIT, 'en', { numeric: true }) <= 0;
}

const LAST_SEEN_TO_INHERIT = '2.1.197';
