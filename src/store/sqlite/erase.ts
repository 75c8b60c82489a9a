/**
 * What was deleted is overwritten in the file itself; the log beside it still has it until it begins anew. That has to wait
 * for whoever reads an older state of the file just now, such as a backup.
 */
import { setTimeout as delay } from 'node:timers/promises';

export interface EraserOptions {
  /** Begins the log anew; false where somebody was in the way. */
  restartLog(): Promise<boolean>;
  /** Hears `false` where what was deleted is still there after a first while, and `true` when it is gone. */
  onErased(erased: boolean): void;
  /** How long whoever deletes waits for it. */
  patienceMs?: number | undefined;
  /** After this it is tried again, as long as it takes. */
  againMs?: number | undefined;
}

export interface Eraser {
  /** Whether what was deleted is gone now; where it is not, that is seen to later. */
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

// Longer than anybody reads who only looks something up.
const PATIENCE_MS = 1000;
const STEP_MS = 50;
const AGAIN_MS = 10_000;
