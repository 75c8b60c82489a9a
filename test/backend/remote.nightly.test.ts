/** The remote backend: the contract, over a real sshd. */

import { existsSync } from 'node:fs';
import { remoteBackend } from '../../src/backend/remote.ts';
import { startLaptop } from '../support/laptop.ts';
import { until } from '../support/until.ts';
import { backendContract } from './backend-contract.ts';

backendContract({
  kind: 'remote',
  async open({ turnTimeout = '20s', giveUpMs = 60_000 } = {}) {
    const laptop = await startLaptop({ env: { PALIADIN_TURN_TIMEOUT: turnTimeout, PALIADIN_APPROVALS: 'gateway' } });
    const backend = remoteBackend({
      host: 'laptop',
      target: () => laptop.target,
      env: process.env,
      isolation: { least: 'none', written: false },
      giveUpMs,
      random: () => 0,
    });
    return {
      backend,
      prompts: laptop.prompts,
      release: laptop.release,
      cut: laptop.cut,
      async block(blocked) {
        if (!blocked) return laptop.startListening();
        await laptop.stopListening();
        laptop.cut();
      },
      async killHost() {
        const pid = laptop.daemonPid();
        process.kill(pid, 'SIGKILL');
        await until('the end of the daemon', () => !existsSync(`/proc/${pid}/fd/0`));
      },
      async dispose() {
        await backend.close();
        await laptop.dispose();
      },
    };
  },
});
