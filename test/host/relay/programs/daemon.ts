/** The part of a daemon that the relay needs: it opens the relay, answers hooks, and waits to be killed. */
import { appendFileSync } from 'node:fs';
import { startHookServer } from '../../../../src/host/agents/claude/hook-server.ts';
import { relayFiles } from '../../../../src/host/relay/files.ts';
import { openRelay } from '../../../../src/host/relay/open-relay.ts';

const { directory, options, heard } = JSON.parse(process.argv[2] ?? '');
await startHookServer(relayFiles(directory).hooks, {
  async receive(session, { hook_event_name: event }) {
    appendFileSync(heard, `${session} ${event}\n`);
    return event === 'PermissionRequest' ? new Promise(() => {}) : { heard: true };
  },
  onError: () => undefined,
});
const relay = await openRelay({ ...options, directory, onError: () => undefined, onPortLost: () => undefined });
process.once('SIGTERM', async () => {
  await relay.close();
  process.exit(0);
});
process.stdout.write(`${relay.port}\n`);
