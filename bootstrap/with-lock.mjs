import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { say } from './say.mjs';

/**
 * How often a holder touches its lock, and for how long an untouched one counts as held: a busy machine may pause for
 * seconds.
 */
const TOUCH_MS = 5_000;
const ABANDONED_MS = 60_000;
/** A second process should continue soon after the first has finished, and each check costs almost nothing. */
const ASK_AGAIN_MS = 100;

/**
 * Does the work unless it is done already, in only one process at a time. A process that had to wait checks again
 * before it works.
 * @param {string} directory holds the lock @param {() => boolean} isDone @param {() => Promise<void>} work
 */
export async function withLock(directory, isDone, work) {
  if (isDone()) return;
  const release = await acquire(path.join(directory, 'bootstrap.lock'));
  try {
    if (!isDone()) await work();
  } finally {
    release();
  }
}

/** @param {string} lock @returns {Promise<() => void>} */
async function acquire(lock) {
  const mine = `${process.pid} ${os.hostname()} ${Date.now()}`;
  fs.mkdirSync(path.dirname(lock), { recursive: true });
  for (let told = false; !tryCreate(lock, mine); ) {
    const holder = read(lock);
    if (holder === undefined) continue;
    if (isAbandoned(lock, holder)) {
      remove(lock, holder);
      continue;
    }
    if (!told) say(`waiting for process ${holder.split(' ')[0]}, which is setting up the same clone`);
    told = true;
    await wait(ASK_AGAIN_MS);
  }

  const touch = setInterval(() => fs.utimes(lock, new Date(), new Date(), () => {}), TOUCH_MS);
  const release = () => {
    clearInterval(touch);
    remove(lock, mine);
    process.off('exit', release);
  };
  process.on('exit', release);
  return release;
}

/** @param {string} lock @param {string} content */
function tryCreate(lock, content) {
  try {
    fs.writeFileSync(lock, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} lock @param {string} holder */
function isAbandoned(lock, holder) {
  const [pid, host] = holder.split(' ');
  // In a restarted container, we may have the same process id as the process before us.
  if (host === os.hostname() && (Number(pid) === process.pid || !isAlive(Number(pid)))) return true;
  const touched = fs.statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  return Date.now() - touched > ABANDONED_MS;
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/**
 * Removes the lock only if it is the expected one: another process may have taken over since it was read. Renaming it
 * first ensures that only one of two removers gets it, and a lock that was not the expected one is put back.
 * @param {string} lock @param {string} holder
 */
function remove(lock, holder) {
  const taken = `${lock}.${process.pid}`;
  try {
    fs.renameSync(lock, taken);
    if (read(taken) !== holder) fs.linkSync(taken, lock);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EEXIST') throw error;
  }
  fs.rmSync(taken, { force: true });
}

/** @param {string} file */
function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return /** @type {NodeJS.ErrnoException} */ (error).code;
}
