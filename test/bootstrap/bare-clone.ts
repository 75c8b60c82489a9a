import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { findNpm } from '../../bootstrap/find-npm.mjs';

const ROOT = path.join(import.meta.dirname, '..', '..');
const { scripts } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

/** A program in Paliadin's place that tells what it was started with, or waits and counts the signals it gets. */
const CLI = `
const [what, ...rest] = process.argv.slice(2);
if (what === 'exit') process.exit(Number(rest[0]));
else if (what !== 'wait') console.log(JSON.stringify({ args: [what, ...rest], cwd: process.cwd(), path: process.env['PATH'] }));
else {
  setInterval(() => {}, 1_000);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {
    console.log('got ' + signal);
    if (signal === 'SIGTERM') process.exit(7);
  });
  process.stdin.on('data', () => console.log('heard'));
  console.log('waiting');
}
`;

/** In vite's place. */
const BUILDER = "require('node:fs').cpSync('src/cli.mjs', 'dist/programs/cli.mjs', { recursive: true });";

export interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A clone of the bootstrap alone, in a directory with a space, with one package that npm installs without a network. */
export class BareClone implements Disposable {
  readonly directory = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'paliadin bootstrap ')), 'a clone');
  readonly lock = path.join(this.directory, 'dist', 'bootstrap.lock');
  /** Of the commands that are started. */
  env: NodeJS.ProcessEnv = process.env;
  readonly #running = new Set<ChildProcessByStdio<null, Readable, Readable>>();

  constructor() {
    fs.mkdirSync(this.directory);
    for (const part of ['bootstrap.mjs', 'bootstrap', 'runtime/package.json', 'runtime/package-lock.json']) {
      fs.cpSync(path.join(ROOT, part), path.join(this.directory, part), { recursive: true });
    }
    // Some versions of npm copy a local package unless told otherwise, and then write down something else.
    this.write('.npmrc', 'install-links=false\n');
    this.write('src/cli.mjs', CLI);
    this.write('vite/package.json', JSON.stringify({ name: 'vite', version: '1.0.0' }));
    this.write('vite/bin/vite.js', BUILDER);
    this.writeLockfile('1.0.0');
  }

  /** The clone's version is in its lockfile, so another version is another lockfile. */
  writeLockfile(version: string): void {
    const manifest = { name: 'clone', version, type: 'module', scripts, dependencies: { vite: 'file:vite' } };
    const packages = {
      '': manifest,
      vite: { version: '1.0.0' },
      'node_modules/vite': { resolved: 'vite', link: true },
    };
    this.write('package.json', JSON.stringify(manifest));
    this.write(
      'package-lock.json',
      JSON.stringify({ name: 'clone', version, lockfileVersion: 3, requires: true, packages }),
    );
  }

  write(file: string, text: string): void {
    fs.mkdirSync(path.dirname(path.join(this.directory, file)), { recursive: true });
    fs.writeFileSync(path.join(this.directory, file), text);
  }

  has(file: string): boolean {
    return fs.existsSync(path.join(this.directory, file));
  }

  /** Starts a command as npm would, but from another directory. */
  start(...args: string[]) {
    return this.#spawn(os.tmpdir(), [path.join(this.directory, 'bootstrap.mjs'), ...args]);
  }

  /** Starts a command through npm. */
  startByNpm(...args: string[]) {
    return this.#spawn(this.directory, [findNpm(process.env), 'run', '-s', ...args]);
  }

  #spawn(cwd: string, args: string[]) {
    const child = spawn(process.execPath, args, { cwd, env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#running.add(child);
    child.once('close', () => this.#running.delete(child));
    return child;
  }

  async run(...args: string[]): Promise<Run> {
    const child = this.start(...args);
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code, stdout, stderr };
  }

  [Symbol.dispose](): void {
    // Not SIGKILL, which nobody can pass on.
    for (const child of this.#running) child.kill('SIGTERM');
    fs.rmSync(path.dirname(this.directory), { recursive: true, force: true });
  }
}

/** Resolves when the stream has said the words; rejects when it ends without. */
export async function said(stream: Readable, words: string): Promise<void> {
  let heard = '';
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    heard += chunk;
    if (heard.includes(words)) return;
  }
  throw new Error(`the stream ended without ${JSON.stringify(words)}: ${heard}`);
}

async function text(stream: Readable): Promise<string> {
  return Buffer.concat(await stream.toArray()).toString();
}
