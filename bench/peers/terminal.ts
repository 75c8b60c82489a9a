/** The two that have a terminal: a bare one, into which the benchmark types, and Paliadin. */
import type { TestGateway } from '../../test/support/gateway.ts';
import { startBareTerminal } from '../support/bare-terminal.ts';
import { fastClient } from '../support/fast-client.ts';
import { processesOf } from '../support/memory.ts';
import type { PeerClient } from './client.ts';

type Bare = Parameters<typeof startBareTerminal>[0];

/** From its paste; the message gets an envelope of its own. */
export async function bareTerminal(claude: Bare, message: string): Promise<PeerClient> {
  const terminal = await startBareTerminal(claude);
  return {
    name: 'bare terminal',
    final: 'its Stop hook calls',
    async ask() {
      const { pasted, stopped } = await terminal.ask(message);
      return { submitted: pasted, text: null, final: stopped };
    },
    pids: () => [],
    [Symbol.asyncDispose]: () => terminal[Symbol.asyncDispose](),
  };
}

export async function paliadin(gateway: TestGateway, message: string): Promise<PeerClient> {
  const owner = await gateway.as('owner');
  const client = await fastClient(gateway.url, owner.token);
  const daemon = await gateway.daemonPid();
  return {
    name: 'Paliadin',
    final: 'the event `finished` on its stream',
    async ask() {
      const submitted = performance.now();
      const turnId = await client.ask(message);
      const final = await client.heard(turnId, 'finished');
      return { submitted, text: await client.heard(turnId, 'chunk'), final };
    },
    // With the relay and the server of its terminals.
    pids: () => [gateway.pid, daemon, ...processesOf(gateway.stateDir)],
    async [Symbol.asyncDispose]() {
      client.close();
    },
  };
}
