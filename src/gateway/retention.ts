/** Deletes turns that are older than the retention period. */
import { setTimeout as delay } from 'node:timers/promises';
import type { TurnStore } from '../store/turn-store.ts';

export interface RetentionOptions {
  turns: Pick<TurnStore, 'deleteOld'>;
  /** Has hosts delete the files of what was deleted, now or before. */
  forgetFiles(): Promise<void>;
  /** Null: nothing is deleted. */
  days: number | null;
  /** Whether this gateway does it, where several share the store. */
  leads(): Promise<boolean>;
  clock(): number;
  onError(what: string, error: unknown): void;
}

/** Runs at the start, and once an hour. Returns a function that stops it. */
export function applyRetention({ turns, forgetFiles, days, leads, clock, onError }: RetentionOptions): () => void {
  if (days === null) return () => {};
  const stop = new AbortController();
  const apply = async () => {
    try {
      if (!(await leads())) return;
      const before = clock() - days * DAY_MS;
      while (!stop.signal.aborted && (await turns.deleteOld(before, AT_ONCE, { actor: 'gateway', at: clock() })) > 0) {
        await delay(PAUSE_MS, undefined, { signal: stop.signal });
      }
      await forgetFiles();
    } catch (error) {
      if (!stop.signal.aborted) onError('old turns were not deleted', error);
    }
  };
  const timer = setInterval(apply, EVERY_MS).unref();
  void apply();
  return () => {
    clearInterval(timer);
    stop.abort();
  };
}

const DAY_MS = 24 * 3_600_000;
const EVERY_MS = 3_600_000;
// Some ten milliseconds of work; then other work runs.
const AT_ONCE = 100;
const PAUSE_MS = 100;
