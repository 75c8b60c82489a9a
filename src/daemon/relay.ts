/** Entry of the relay in a clone. Its argument is the host's directory. */
import { runRelayProcess } from './run-relay.ts';

await runRelayProcess(process.argv[2] ?? '', process.env);
