/** Entry of the host daemon in a clone. */
import { loadConfig } from './config/load.ts';
import { clonePrograms } from './programs.ts';
import { runDaemon } from './run-daemon.ts';

await runDaemon({ config: loadConfig(process.env, process.cwd()), env: process.env, programs: clonePrograms });
