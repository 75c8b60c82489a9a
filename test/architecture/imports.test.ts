import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { findViolations, MAY_IMPORT, OWNED } from './import-rules.ts';
import { ENVIRONMENT, readUses } from './read-uses.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

describe('the sources', () => {
  const sources = fs
    .globSync('src/**/*.{ts,tsx}', { cwd: ROOT })
    .map((file) => ({ file, text: fs.readFileSync(path.join(ROOT, file), 'utf8') }));

  test('import in the allowed direction only', () => {
    expect(sources.length).toBeGreaterThan(0);
    expect(findViolations(sources)).toEqual([]);
  });

  test('are in the folders that the rules list, and the rules list no other', () => {
    expect([...new Set(sources.map(({ file }) => file.split('/')[1]))].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  test('use every permission that the rules give them', () => {
    const idle = OWNED.flatMap(({ what, by }) =>
      Object.keys(by)
        .filter((owner) => {
          const own = sources.filter(({ file }) => file.startsWith(owner));
          return !own.some(({ file, text }) => readUses(file, text).some((use) => what.includes(use)));
        })
        .map((owner) => `${owner} takes no ${what.join(' or ')}`),
    );
    expect(idle).toEqual([]);
  });
});

test('the bootstrap imports nothing that has to be installed', () => {
  const files = ['bootstrap.mjs', ...fs.globSync('bootstrap/*.mjs', { cwd: ROOT })];
  const imported = files.flatMap((file) => readUses(file, fs.readFileSync(path.join(ROOT, file), 'utf8')));
  expect(imported.filter((use) => use !== ENVIRONMENT && !/^(node:|\.\.?\/)/.test(use))).toEqual([]);
  expect(imported).toContain('node:child_process');
});

describe('the import checker', () => {
  test.each([
    // Up the path of a turn, or across it.
    ['src/contract/turn.ts', "import { a } from '../turn/turns.ts';", 'contract must not know turn'],
    ['src/transport/ssh.ts', "import type { A } from '../backend/choose.ts';", 'transport must not know backend'],
    ['src/turn/accept.ts', "export { a } from '../http/routes.ts';", 'turn must not know http'],
    ['src/turn/accept.ts', "export * from '../host/journal.ts';", 'turn must not know host'],
    ['src/backend/local.ts', "const a = await import('../store/store.ts');", 'backend must not know store'],
    ['src/host/journal.ts', "let a: import('../store/store.ts').Store;", 'host must not know store'],
    ['src/host/tmux/deep/a.ts', "import '../../../turn/turns.ts';", 'host must not know turn'],
    ['src/web/chat/app.tsx', "import { a } from '../../http/sse.ts'; const b = <a />;", 'web must not know http'],
    ['src/demo/agent.ts', "import { a } from '../transport/acp.ts';", 'demo must not know transport'],
    ['src/store/store.ts', "import a = require('../turn/turns.ts');", 'store must not know turn'],
    ['src/store/store.ts', "const a = require('../turn/turns.ts');", 'store must not know turn'],
    ['src/http/routes/a.ts', "import type { Store } from '../../store/store.ts';", 'http must not know store'],
    // Out of src/, or to where nobody can follow.
    ['src/cli/cli.ts', "import a from '../../package.json' with { type: 'json' };", 'outside of src/'],
    ['src/host/daemon.ts', "import '../../test/fixtures/a.ts';", 'outside of src/'],
    ['src/turn/queue.ts', "import '/etc/a.ts';", 'an absolute path'],
    ['src/turn/queue.ts', 'await import(name);', 'what only running it would tell'],
    ['src/elsewhere/a.ts', "import 'zod';", 'in no folder that the rules know'],
    // Packages in the contract.
    ['src/contract/turn.ts', "import fs from 'node:fs';", 'contract uses zod, marked and nothing else'],
    ['src/contract/turn.ts', "import { a } from 'zod-extra';", 'contract uses zod, marked and nothing else'],
    // The environment.
    ['src/http/a.ts', 'const a = process.env.PORT;', 'takes process.env'],
    ['src/http/a.ts', "const a = process['env'];", 'takes process.env'],
    ['src/http/a.ts', 'const a = globalThis.process?.env;', 'takes process.env'],
    ['src/http/a.ts', 'const { env: a } = process;', 'takes process.env'],
    ['src/http/a.ts', "import { env as a } from 'node:process';", 'takes process.env'],
    ['src/http/a.ts', "import p, { env } from 'process';", 'takes process.env'],
    // Modules with an owner.
    ['src/host/agents/acp.ts', "import { A } from '@agentclientprotocol/sdk';", 'that is for src/transport'],
    ['src/host/agents/acp.ts', "import { A } from '@agentclientprotocol/sdk/schema';", 'that is for src/transport'],
    ['src/http/a.ts', "import { DatabaseSync } from 'node:sqlite';", 'that is for src/store'],
    ['src/http/a.ts', "import { spawn } from 'child_process';", 'that is for src/transport'],
    ['src/host/daemon.ts', "import { execa } from 'execa';", 'that is for src/transport'],
    ['src/host/tmuxes.ts', "import { execa } from 'execa';", 'that is for src/transport'],
  ])('refuses in %s: %s', (file, text, reason) => {
    expect(findViolations([{ file, text }])).toEqual([expect.stringContaining(reason)]);
  });

  test('refuses a second owner of a module', () => {
    const text = "import { DatabaseSync } from 'node:sqlite';";
    const files = ['src/store/a.ts', 'src/store/b.ts'].map((file) => ({ file, text }));
    expect(findViolations(files)).toEqual([
      'src/store/a.ts and src/store/b.ts each take node:sqlite: one file is enough',
    ]);
  });

  test.each([
    [
      'src/cli/cli.ts',
      "import '../gateway/a.ts'; import '../setup/b.ts'; import './c.ts'; const d = process.env['PATH'];",
    ],
    ['src/http/a.ts', "import '../contract/turn.ts'; import '../services/a.ts'; import fastify from 'fastify';"],
    [
      'src/host/tmux/a.ts',
      "import { spawn } from 'node:child_process'; import '../../transport/a.ts'; import '../a.ts';",
    ],
    ['src/contract/a.ts', "import { z } from 'zod/mini'; import { b } from './b.ts';"],
    ['src/web/a.tsx', "// import '../http/a.ts'\nconst a = \"import '../http/a.ts'\"; const b = { env: 1 }; b.env;"],
  ])('accepts in %s: %s', (file, text) => {
    expect(findViolations([{ file, text }])).toEqual([]);
  });
});
