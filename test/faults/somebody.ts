/** A user of a test gateway, with their session, agent and terminal on the host. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import type { Presence } from '../../src/contract/turn.ts';
import { socketPath } from '../../src/host/tmux/socket-path.ts';
import type { ApiClient } from '../support/api-client.ts';
import type { TestGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';

export interface Somebody extends ApiClient {
  readonly session: string;
  /** Lets an answer go on that `demo hold NAME` or its like holds. */
  release(name: string): Promise<void>;
  /** How often the agent received the turn's prompt, whatever it made of it. */
  timesReceived(turnId: string): Promise<number>;
  /** Waits until the agent has the prompt; of a deaf one no event tells. */
  received(turnId: string): Promise<void>;
  /** Waits for the event that says so of the turn's host. */
  untilHost(turnId: string, presence: Presence): Promise<void>;
  /** What a page is told of the host until the turn ends. */
  presences(turnId: string): Promise<Presence[]>;
  /** Runs a tmux command on the session's own server, as a person at the terminal could. */
  tmux(...args: string[]): Promise<string>;
  /** Ask, and see that all is well again. */
  goesOn(): Promise<void>;
}

export async function somebody(gateway: TestGateway, subject = 'owner'): Promise<Somebody> {
  const client = await gateway.as(subject);
  const session = (await client.me()).session.name;
  const socket = socketPath(join(gateway.stateDir, 'host', 'tmux'), session);

  const person: Somebody = {
    ...client,
    session,
    release: (name) => writeFile(join(gateway.agentDirectory(session), `release-${name}`), ''),
    async timesReceived(turnId) {
      return (await gateway.prompts(session)).filter((prompt) => prompt.turnId === turnId).length;
    },
    async received(turnId) {
      await until('the prompt to reach the agent', async () => (await person.timesReceived(turnId)) > 0);
    },
    async untilHost(turnId, presence) {
      for await (const { event } of client.events(turnId)) {
        if (event.type === 'presence' && event.presence === presence) return;
      }
      throw new Error(`turn ${turnId} ended, and its host was never ${presence}`);
    },
    async presences(turnId) {
      const events = await Array.fromAsync(client.events(turnId));
      return events.flatMap(({ event }) => (event.type === 'presence' ? [event.presence] : []));
    },
    async tmux(...args) {
      return (await run('tmux', ['-S', socket, ...args])).stdout.trim();
    },
    async goesOn() {
      const turn = await client.answer('demo at once');
      expect(turn).toMatchObject({ status: 'completed', response: 'At once.', error: null });
      expect(await person.timesReceived(turn.turnId)).toBe(1);
    },
  };
  return person;
}

const run = promisify(execFile);
