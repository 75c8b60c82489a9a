/** Asks the demo agent one question after the other, and measures the time that is added to the agent's own. */
import type { TestGateway } from '../../test/support/gateway.ts';
import { fastClient } from './fast-client.ts';
import { watchAgent } from './turn-clock.ts';

/** Milliseconds of one turn. */
export interface Added {
  /** Submit → accepted and recorded. */
  accepted: number;
  /** Submit → the agent has the prompt. */
  prompted: number;
  /** The agent has it → the client receives "running". */
  running: number;
  /** The agent has finished → the client has the end. */
  finished: number;
  /** Everything except the agent's own time. */
  added: number;
}

export interface Asker {
  ask(): Promise<Added>;
  close(): void;
}

/** The owner, whose agent answers at once and has already answered once. */
export async function askerOf(gateway: TestGateway): Promise<Asker> {
  const owner = await gateway.as('owner');
  await owner.answer('demo at once');
  const { session } = await owner.me();
  const clock = watchAgent(gateway.agentDirectory(session.name));
  const client = await fastClient(gateway.url, owner.token);
  return {
    async ask() {
      const submitted = performance.now();
      const turnId = await client.ask('demo at once');
      const accepted = performance.now() - submitted;
      const end = await client.heard(turnId, 'finished');
      const running = (await client.heard(turnId, 'running')) - clock.prompted(turnId);
      const prompted = clock.prompted(turnId) - submitted;
      const finished = end - clock.stopped(turnId);
      return { accepted, prompted, running, finished, added: prompted + finished };
    },
    close() {
      client.close();
      clock.close();
    },
  };
}
