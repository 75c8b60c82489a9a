/** Acquires the lock on the file it is given, keeps no reference to it, and runs a garbage collection. */
import { acquireLock } from '../../../src/process/lock.ts';

const [file = ''] = process.argv.slice(2);
const mine = (await acquireLock(file)) !== null;
for (let times = 0; times < 5; times++) {
  globalThis.gc?.();
  await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write(mine && globalThis.gc !== undefined ? 'held\n' : 'not held\n');
process.stdin.resume(); // until its parent lets go
