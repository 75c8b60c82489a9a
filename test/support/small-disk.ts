/** A disk of a few megabytes that a test fills, and makes room on again. */
import { spawnSync } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from './temporary.ts';

/** Whether this account may mount one. Says on standard error where it may not, and the tests are skipped. */
export async function mayMount(): Promise<boolean> {
  const trial = await temporaryDirectory();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', trial.path]).status === 0;
  if (mounted) spawnSync('umount', [trial.path]);
  await trial.remove();
  if (!mounted) console.warn('skipped: this account may not mount a small disk of its own');
  return mounted;
}

/** @param size As `mount` takes it: `2m`. */
export function mountSmallDisk(path: string, size: string): void {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'none', path]);
  if (status !== 0) throw new Error(`mount: ${stderr}`);
}

/** Whoever still has a file open there keeps it. */
export function unmount(path: string): void {
  spawnSync('umount', ['-l', path]);
}

/** Fills the disk of the directory, but for `room` bytes. */
export async function fillDisk(directory: string, room = 0): Promise<void> {
  const filler = await open(join(directory, FILLER), 'w');
  try {
    const full = () =>
      filler.appendFile(Buffer.alloc(PAGE)).then(
        () => false,
        () => true,
      );
    while (!(await full()));
    const { size } = await filler.stat();
    await filler.truncate(size - room);
  } finally {
    await filler.close();
  }
}

export async function makeRoom(directory: string): Promise<void> {
  await rm(join(directory, FILLER));
}

const FILLER = 'filler';
// What a tmpfs gives out at once.
const PAGE = 4096;
