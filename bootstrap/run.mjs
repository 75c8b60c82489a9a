import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Signals that are forwarded to a child: SIGHUP is a closed terminal, SIGTERM a service manager or `kill`. */
const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Runs one Node process with our own stdin, stdout and stderr, and forwards signals to it. Returns its exit code; for a
 * process that a signal ended, the code that a shell would return.
 * @param {string} node @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, stdio?: import('node:child_process').StdioOptions }} options
 * @returns {Promise<number>}
 */
export function run(node, args, { cwd, env, stdio = 'inherit' }) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { cwd, env, stdio });
    /** @param {NodeJS.Signals} signal */
    const pass = (signal) => {
      // A terminal sends Ctrl-C to every process in the foreground; forwarded as well, it would look like a second,
      // impatient one.
      if (signal === 'SIGINT' && hasTerminal()) return;
      child.kill(signal);
    };
    for (const signal of FORWARDED) process.on(signal, pass);
    const ended = () => {
      for (const signal of FORWARDED) process.off(signal, pass);
    };
    child.once('error', (error) => {
      ended();
      reject(error);
    });
    child.once('close', (code, signal) => {
      ended();
      resolve(code ?? 128 + (signal ? os.constants.signals[signal] : 0));
    });
  });
}

/** Whether an exit code means that a signal ended the process, as Ctrl-C does. @param {number} code */
export function isInterrupted(code) {
  return FORWARDED.some((signal) => code === 128 + os.constants.signals[signal]);
}

/**
 * The environment in which `node` means the Node that we chose. PATH stays unchanged if it does already: a directory
 * such as /usr/bin at its front would change which agent or tmux is found.
 * @param {{ path: string }} node @param {NodeJS.ProcessEnv} env @returns {NodeJS.ProcessEnv}
 */
export function withNode(node, env) {
  const directories = (env.PATH ?? '').split(path.delimiter);
  const found = directories.map((directory) => path.join(directory, 'node')).find((file) => fs.existsSync(file));
  if (found && fs.realpathSync(found) === fs.realpathSync(node.path)) return { ...env };
  return { ...env, PATH: [path.dirname(node.path), ...directories].join(path.delimiter) };
}

function hasTerminal() {
  return Boolean(process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY);
}
