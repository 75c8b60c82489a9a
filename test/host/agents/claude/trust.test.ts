/** Where Claude Code asks whether a directory is trusted. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { trustOf } from '../../../../src/host/agents/claude/trust.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const NEW = '2.1.332 (Claude Code)';
let above: string;
let repository: string;
let work: string;

beforeEach(async () => {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  above = path;
  repository = join(above, 'repository');
  work = join(repository, 'work');
  mkdirSync(work, { recursive: true });
});

const by = (trusted: string, version = NEW) => trustOf(work, version, (directory) => directory === trusted).by;

test('a directory inherits trust from its parents', () => {
  expect([by(work), by(repository), by(above), by('/elsewhere')]).toEqual([work, repository, above, null]);
});

test('a repository does not inherit trust, except in versions that allow it', () => {
  mkdirSync(join(repository, '.git'));
  expect([by(work), by(repository), by(above)]).toEqual([work, repository, null]);
  expect(by(above, '2.1.197 (Claude Code)')).toBe(above);
  expect(by(above, 'no version')).toBeNull();
  expect(trustOf(work, NEW, () => false)).toEqual({ by: null, repository });
});

test('a worktree is trusted when its main repository is', () => {
  writeFileSync(join(repository, '.git'), `gitdir: ${join(above, 'main', '.git', 'worktrees', 'x')}\n`);
  expect(by(join(above, 'main'))).toBe(join(above, 'main'));
});
