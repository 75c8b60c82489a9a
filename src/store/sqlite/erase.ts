/**
 * Deleted data is overwritten in the file itself, but stays in the write-ahead log until that restarts. The restart has
 * to wait for readers of an older state of the file, such as a backup.
 */
import { setTimeout as delay } from 'node:timers/promises';

export interface EraserOptions {
  /** Restarts the log; false where another process or reader was in the way. */
  restartLog(): Promise<boolean>;
  /** Called with `false` if deleted data is still there after a first wait, and with `true` when it is gone. */
  onErased(erased: boolean): void;
  /** How long the deleting caller waits for it. */
  patienceMs?: number | undefined;
  /** The pause between further attempts, which go on until one succeeds. */
  againMs?: number | undefined;
}

export interface Eraser {
  /** Whether the deleted data is gone now; if not, it is done later. */
  erase(): Promise<boolean>;
  close(): void;
}

export function createEraser(options: EraserOptions): Eraser {
  const { restartLog, onErased, patienceMs = PATIENCE_MS, againMs = AGAIN_MS } = options;
  let timer: NodeJS.Timeout | undefined;

  const restarted = () => restartLog().catch(() => false);

  const later = () => {
    timer ??= setTimeout(async () => {
      const erased = await restarted();
      timer = undefined;
      if (erased) onErased(true);
      else later();
    }, againMs).unref();
  };

  return {
    async erase() {
      const until = performance.now() + patienceMs;
      for (;;) {
        if (await restarted()) return true;
        if (performance.now() + STEP_MS > until) break;
        await delay(STEP_MS);
      }
      if (timer === undefined) onErased(false);
      later();
      return false;
    },
    close: () => clearTimeout(timer),
  };
}

// Longer than a short read takes.
const PATIENCE_MS = 1000;
const STEP_MS = 50;
const AGAIN_MS = 10_000;
