/**
 * Loaded into gateway and daemon before anything else: counts their steps, and kills the process before one of them. A step is
 * whatever others can notice or a crash can leave half done: a write to the database, its begin and commit, a change to a file, bytes to a
 * socket or a pipe, the start of a program.
 *
 * It counts from the moment at which the file `arm-PROGRAM` (`arm-cli`, `arm-daemon`) is in the directory that TEST_CRASH_DIRECTORY
 * names; the file has the number of the step. The file is renamed to `crashed-PROGRAM` before the crash, so that the process that is
 * started next lives.
 */
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { basename, join } from 'node:path';
import sqlite from 'node:sqlite';
import { isMainThread } from 'node:worker_threads';

const directory = process.env.TEST_CRASH_DIRECTORY;
const program = basename(process.argv[1] ?? '', '.mjs');
if (directory !== undefined && isMainThread && (program === 'cli' || program === 'daemon')) {
  countSteps(join(directory, `arm-${program}`), join(directory, `crashed-${program}`));
}

function countSteps(armed: string, crashed: string): void {
  const { readFileSync, renameSync, writeFileSync } = fs;
  let count = 0;
  let seen: number | null = null;

  function step(what: string): void {
    const at = stepNumber();
    // Each arming counts from one.
    if (at !== seen) count = 0;
    seen = at;
    if (at === null || ++count < at) return;
    writeFileSync(armed, `${at} ${what}`);
    renameSync(armed, crashed);
    process.kill(process.pid, 'SIGKILL');
  }

  function stepNumber(): number | null {
    try {
      return Number.parseInt(readFileSync(armed, 'utf8'), 10);
    } catch {
      return null;
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: functions of every kind are wrapped, and called as they were
  function wrap(owner: any, name: string, prefix: string, counts = (_: any) => true): void {
    const original = owner[name];
    owner[name] = function (this: unknown, ...args: unknown[]) {
      if (counts(this)) step(`${prefix} ${name}`);
      return original.apply(this, args);
    };
  }

  for (const name of ['writeFileSync', 'appendFileSync', 'renameSync', 'rmSync', 'fsyncSync', 'fdatasyncSync']) {
    wrap(fs, name, 'fs');
  }
  for (const name of ['writeFile', 'appendFile', 'rename', 'rm', 'mkdir']) wrap(fs.promises, name, 'fs.promises');
  wrap(sqlite.DatabaseSync.prototype, 'exec', 'sqlite');
  const writes = ({ sourceSQL }: { sourceSQL: string }) => /^\s*(insert|update|delete|replace)\b/i.test(sourceSQL);
  for (const name of ['run', 'all']) wrap(sqlite.StatementSync.prototype, name, 'sqlite', writes);
  wrap(net.Socket.prototype, 'write', 'net');
  wrap(childProcess.ChildProcess.prototype, 'spawn', 'child');
  syncBuiltinESMExports();
}
