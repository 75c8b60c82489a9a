import { EventEmitter } from 'node:events';
import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';

const writes = new EventEmitter().setMaxListeners(0);

/** For a file that this process has written itself: its readers need not wait for the system to report that. */
export function noteWrite(file: string): void {
  writes.emit(file);
}

/**
 * Yields once at the start, once for each change of the file, which need not exist yet, and once more when `signal`
 * aborts, so that the caller sees the last write. Several changes while the caller is busy are combined into one.
 */
export async function* changesOf(file: string, signal: AbortSignal): AsyncGenerator<void> {
  const name = basename(file);
  let changed = false;
  let wake = () => {};
  const notice = () => {
    changed = true;
    wake();
  };
  const watcher = watch(dirname(file), (_kind, touched) => {
    if (touched === null || touched === name) notice();
  });
  watcher.on('error', notice);
  writes.on(file, notice);
  signal.addEventListener('abort', notice);
  try {
    for (;;) {
      const last = signal.aborted;
      changed = false;
      yield;
      if (last) return;
      if (!changed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    writes.off(file, notice);
    signal.removeEventListener('abort', notice);
    watcher.close();
  }
}
