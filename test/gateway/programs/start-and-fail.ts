/**
 * Starts a gateway whose last steps fail: a server takes no such logger. Prints why, and whether the state directory can be
 * claimed again. It ends by itself, unless something was left running.
 */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { loadConfig } from '../../../src/config/load.ts';
import { startGateway } from '../../../src/gateway/gateway.ts';
import { acquireLock } from '../../../src/process/lock.ts';

const logger = { info() {}, warn() {}, error() {} } as unknown as Logger;
const config = loadConfig(process.env, process.cwd());
const why = await startGateway(config, process.env, logger).then(
  () => 'it started',
  (error: Error) => error.message,
);
const release = await acquireLock(join(config.values.PALIADIN_STATE_DIR, 'gateway.lock'));
release?.();
console.log(JSON.stringify({ why, claimed: release !== null }));
