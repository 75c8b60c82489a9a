#!/usr/bin/env node
// Runs one of Paliadin's commands on a clone where nothing is set up yet. Plain JavaScript for any Node from 18 on,
// with no dependency, because it runs before there is a newer Node or an installed package.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './bootstrap/build.mjs';
import { COMMANDS } from './bootstrap/commands.mjs';
import { findNode } from './bootstrap/find-node.mjs';
import { installPackages } from './bootstrap/install.mjs';
import { run, withNode } from './bootstrap/run.mjs';
import { fail, SetupError } from './bootstrap/say.mjs';

const root = path.dirname(fileURLToPath(import.meta.url));

/** Where Node keeps what it compiled: a start then takes half the time and a fifth less memory. @param {string} root */
function compileCache(root) {
  return path.join(root, 'node_modules', '.cache', 'node-compile');
}

/** @param {string | undefined} name @param {string[]} args @returns {Promise<number>} the exit code */
async function bootstrap(name, args) {
  const command = COMMANDS[name ?? ''];
  if (!command) throw new SetupError(`Use: node bootstrap.mjs ${Object.keys(COMMANDS).join('|')} [arguments]`);

  const node = await findNode(root);
  const env = { ...withNode(node, process.env), NODE_COMPILE_CACHE: compileCache(root) };
  await installPackages(root, node, env);
  for (const name of command.needs?.(args) ?? []) await build(name, root, node, env);

  const cwd = command.anywhere ? process.cwd() : root;
  for (const step of command.steps(root, args)) {
    const code = await run(node.path, step, { cwd, env });
    if (code !== 0) return code;
  }
  return 0;
}

bootstrap(process.argv[2], process.argv.slice(3)).then((code) => {
  process.exitCode = code;
}, fail);
