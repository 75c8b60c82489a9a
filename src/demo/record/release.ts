/** Waits for the file that a test makes to let a held answer go on. */
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';

export async function released(directory: string, name: string, signal: AbortSignal): Promise<void> {
  const file = join(directory, `release-${name}`);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const check = () => existsSync(file) && resolve();
  const interrupt = () => reject(signal.reason);
  const watcher = watch(directory, check);
  watcher.on('error', reject);
  signal.addEventListener('abort', interrupt);
  check(); // after the watch began, so that a file made in between is not missed
  try {
    await promise;
  } finally {
    signal.removeEventListener('abort', interrupt);
    watcher.close();
  }
}
