/** How late the event loop has been. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface EventLoopDelay {
  /** Seconds by quantile, since the last call; empty before there was anything to measure. */
  take(): [quantile: string, seconds: number][];
}

export function measureEventLoop(): EventLoopDelay {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  // It records the time between two checks: their regular interval is no delay.
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1e3);
  return {
    take() {
      if (delay.count === 0) return [];
      const found = QUANTILES.map((quantile): [string, number] => [
        String(quantile),
        late(quantile === 1 ? delay.max : delay.percentile(quantile * 100)),
      ]);
      delay.reset();
      return found;
    },
  };
}

const RESOLUTION_MS = 5;
const QUANTILES = [0.5, 0.99, 0.999, 1];
