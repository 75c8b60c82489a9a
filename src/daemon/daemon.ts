/** Entry of the host daemon in a clone. */
import { gatewayPolicy } from '../config/approval-policy.ts';
import { loadConfig } from '../config/load.ts';
import { packagePrograms } from '../config/programs.ts';
import { runDaemon } from './run-daemon.ts';

const config = loadConfig(process.env, process.cwd());
await runDaemon({ config, env: process.env, programs: packagePrograms, policy: gatewayPolicy(config) });
