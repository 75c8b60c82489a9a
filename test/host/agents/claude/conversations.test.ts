/** A conversation from before users were isolated continues in its new home. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { removeConversation } from '../../../../src/host/agents/claude/conversations.ts';
import { keepsOrAdopts, placesOf } from '../../../../src/host/agents/claude-code.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

const CONVERSATION = '0b0e4f5c-6d0a-4c57-9a40-2f6d9d1a8a55';
const LINE = '{"parentUuid":null}\n';
const slug = (path: string) => path.replace(/[^a-zA-Z0-9]/g, '-');

let root: string;
let claude: { program: string; plugin: string; directory: string };

beforeEach(async () => {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  root = path;
  claude = { program: '/bin/claude', plugin: '/skill', directory: join(root, '.claude') };
  for (const name of ['shared', 'homes/s/workspace', 'homes/s/home/.claude', 'agent'])
    mkdirSync(join(root, name), { recursive: true });
});

function write(config: string, cwd: string): void {
  const project = join(config, 'projects', slug(cwd));
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, `${CONVERSATION}.jsonl`), LINE);
}

function place(home: string | null, shared: string | null = join(root, 'shared')) {
  const cwd = shared === null ? join(root, 'shared') : join(root, 'homes/s/workspace');
  return {
    session: 's',
    directory: join(root, 'agent'),
    conversation: CONVERSATION,
    home: { cwd, home, shared, forbidden: [] },
  };
}

test.each([
  ['the sandbox', () => join(root, 'homes/s/home'), () => join(root, 'homes/s/home/.claude')],
  ['a directory of its own', () => null, () => claude.directory],
])('a conversation of the shared directory is copied into %s, and the original stays', (_where, home, config) => {
  write(claude.directory, join(root, 'shared'));
  expect(keepsOrAdopts(claude, place(home()))).toBe(true);
  const own = join(config(), 'projects', slug(join(root, 'homes/s/workspace')), `${CONVERSATION}.jsonl`);
  expect(readFileSync(own, 'utf8')).toBe(LINE);
  expect(existsSync(join(claude.directory, 'projects', slug(join(root, 'shared')), `${CONVERSATION}.jsonl`))).toBe(
    true,
  );
  expect(keepsOrAdopts(claude, place(home()))).toBe(true);
});

test('a conversation of the directory level is copied into the sandbox', () => {
  write(claude.directory, join(root, 'homes/s/workspace'));
  expect(keepsOrAdopts(claude, place(join(root, 'homes/s/home')))).toBe(true);
});

test('a conversation without a transcript anywhere is lost', () => {
  expect(keepsOrAdopts(claude, place(join(root, 'homes/s/home')))).toBe(false);
  expect(keepsOrAdopts(claude, place(null, null))).toBe(false);
});

test('a link that an agent left in the place of its conversation is not resumed', () => {
  write(claude.directory, join(root, 'elsewhere'));
  const project = join(root, 'homes/s/home/.claude/projects', slug(join(root, 'homes/s/workspace')));
  mkdirSync(project, { recursive: true });
  const other = join(claude.directory, 'projects', slug(join(root, 'elsewhere')), `${CONVERSATION}.jsonl`);
  symlinkSync(other, join(project, `${CONVERSATION}.jsonl`));
  expect(keepsOrAdopts(claude, place(join(root, 'homes/s/home')))).toBe(false);
});

test('a link in the place of the projects directory is replaced, and nothing is written through it', () => {
  write(claude.directory, join(root, 'shared'));
  mkdirSync(join(root, 'owners'));
  symlinkSync(join(root, 'owners'), join(root, 'homes/s/home/.claude/projects'));
  expect(keepsOrAdopts(claude, place(join(root, 'homes/s/home')))).toBe(true);
  expect(existsSync(join(root, 'owners', slug(join(root, 'homes/s/workspace'))))).toBe(false);
});

test('a deleted conversation leaves nothing under its id in the owner’s configuration, and no other goes with it', () => {
  const other = '1b0e4f5c-6d0a-4c57-9a40-2f6d9d1a8a55';
  write(claude.directory, join(root, 'shared'));
  write(claude.directory, join(root, 'homes/s/workspace'));
  const projects = join(claude.directory, 'projects', slug(join(root, 'shared')));
  writeFileSync(join(projects, `${other}.jsonl`), LINE);
  for (const id of [CONVERSATION, other]) {
    mkdirSync(join(projects, id, 'subagents'), { recursive: true });
    mkdirSync(join(claude.directory, 'file-history', id), { recursive: true });
    mkdirSync(join(claude.directory, 'todos'), { recursive: true });
    writeFileSync(join(claude.directory, 'todos', `${id}-agent-${id}.json`), '[]');
  }
  for (const where of placesOf(claude, place(null).home)) {
    for (const id of [CONVERSATION, '', '..', '../../..']) removeConversation(where, id);
  }
  const left = readdirSync(claude.directory, { recursive: true }).map(String);
  expect(left.filter((path) => path.includes(CONVERSATION))).toEqual([]);
  expect(left.filter((path) => path.includes(other))).toHaveLength(5);
});
