import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';

/** Waits until a file with this name is in the directory; returns its path. Rejects when `signal` aborts. */
export async function appears(directory: string, name: string, signal: AbortSignal): Promise<string> {
  const file = join(directory, name);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const check = () => existsSync(file) && resolve(file);
  const interrupt = () => reject(signal.reason);
  const watcher = watch(directory, check);
  watcher.on('error', reject);
  signal.addEventListener('abort', interrupt);
  check(); // after the watch began, so that a file created in between is not missed
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', interrupt);
    watcher.close();
  }
}
