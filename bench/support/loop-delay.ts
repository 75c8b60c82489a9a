/**
 * Loaded into a measured process (`--import`): writes once a second how late its event loop has been since a file
 * `begin` exists, so the start is excluded. `LOOP_DELAY_DIR` names the directory; each process writes a file named by
 * its id.
 */
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const RESOLUTION_MS = 5;
const directory = process.env.LOOP_DELAY_DIR;

if (directory !== undefined && isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const file = join(directory, `${process.pid}.json`);
  // It records the time between two checks: their regular interval is no delay.
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  let begun = false;
  setInterval(() => {
    if (!begun && existsSync(join(directory, 'begin'))) {
      begun = true;
      delay.reset();
    }
    const [p50, p99, p999] = [50, 99, 99.9].map((percent) => late(delay.percentile(percent)));
    const found = { argv: process.argv.slice(1), p50, p99, p999, max: late(delay.max) };
    writeFileSync(`${file}.new`, JSON.stringify(found));
    renameSync(`${file}.new`, file);
  }, 1_000).unref();
}
