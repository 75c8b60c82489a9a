/** What a run breaks: a gateway, its host (this machine, or one behind a real sshd), and people who use it. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { socketPath } from '../../src/host/tmux/socket-path.ts';
import type { ApiClient } from '../support/api-client.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type Laptop, startLaptop } from '../support/laptop.ts';
import { startedBelow } from '../support/processes.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';
import { type Network, startNetwork } from './network.ts';

export type HostKind = 'local' | 'ssh';

export interface WorldOptions {
  readonly hosts: HostKind;
  readonly people: readonly string[];
  /** For the gateway, and what it starts on this machine. */
  readonly env?: Record<string, string>;
}

export interface World {
  readonly gateway: TestGateway;
  /** Null where the host is this machine. */
  readonly remote: { readonly laptop: Laptop; readonly network: Network } | null;
  readonly people: ReadonlyMap<string, Person>;
  /** The host's own directory. */
  readonly hostDirectory: string;
  /** Ends everything, and returns the ids of processes that are left nevertheless. */
  dispose(): Promise<number[]>;
}

export interface Person {
  readonly name: string;
  readonly client: ApiClient;
  readonly session: string;
  /** Path of the socket of the person's tmux server. */
  readonly socket: string;
  /** Lets the second half of an answer come. */
  release(nonce: string): Promise<void>;
  /** State of the turn in the host's journal. */
  journalOf(turnId: string): string | null;
}

export async function startWorld({ hosts, people: names, env = {} }: WorldOptions): Promise<World> {
  const state = await temporaryDirectory();
  const remote = hosts === 'ssh' ? await startRemote() : null;
  const gateway = await startTestGateway({
    stateDir: state.path,
    ...(remote === null ? {} : { laptop: remote.laptop }),
    env: { ...SETTINGS, ...(remote === null ? {} : await wayThrough(remote, state.path)), ...env },
  });
  const hostDirectory = join(remote?.laptop.stateDir ?? state.path, 'host');
  const places = [state.path, ...(remote === null ? [] : [remote.laptop.home])];

  async function dispose(): Promise<number[]> {
    await gateway.dispose();
    await remote?.laptop.dispose();
    await remote?.network.close();
    const left = () => places.flatMap((path) => startedBelow(path));
    // Nobody waits for the agents: they end when they notice that their terminal has gone.
    await until('the last processes to end', () => left().length === 0, END_MS).catch(() => {});
    const found = left();
    await state.remove();
    return found;
  }

  try {
    await until('the host to be ready', async () => (await fetch(`${gateway.url}/readyz`)).ok, READY_MS);
    const people = new Map<string, Person>();
    for (const name of names) people.set(name, await aPerson(name, gateway, hostDirectory));
    return { gateway, remote, people, hostDirectory, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function startRemote(): Promise<NonNullable<World['remote']>> {
  const laptop = await startLaptop({ env: { PALIADIN_TURN_TIMEOUT: TURN_TIMEOUT, PALIADIN_APPROVALS: 'gateway' } });
  return { laptop, network: await startNetwork(laptop.port) };
}

/** The same host key, at the port of the network between. */
async function wayThrough({ laptop, network }: NonNullable<World['remote']>, directory: string) {
  const knownHosts = join(directory, 'known_hosts');
  const line = laptop.hostKeyLine().replace(`]:${laptop.port} `, `]:${network.port} `);
  await writeFile(knownHosts, line, { mode: 0o600 });
  return { PALIADIN_REMOTE_PORT: String(network.port), PALIADIN_KNOWN_HOSTS_FILE: knownHosts };
}

async function aPerson(name: string, gateway: TestGateway, hostDirectory: string): Promise<Person> {
  const client = await gateway.as(name);
  const session = (await client.me()).session.name;
  return {
    name,
    client,
    session,
    socket: socketPath(join(hostDirectory, 'tmux'), session),
    release: (nonce) => writeFile(join(gateway.agentDirectory(session), `release-${nonce}`), ''),
    journalOf(turnId) {
      try {
        const file = join(hostDirectory, 'sessions', session, 'turns', `${turnId}.json`);
        return JSON.parse(readFileSync(file, 'utf8')).state;
      } catch {
        return null; // never typed, or deleted again
      }
    },
  };
}

// An agent that a fault has silenced is given up while the run still waits for it.
const TURN_TIMEOUT = '20s';
const SETTINGS = { PALIADIN_TURN_TIMEOUT: TURN_TIMEOUT, PALIADIN_APPROVAL_TIMEOUT: '3s', PALIADIN_APPROVALS: 'users' };
const READY_MS = 30_000;
const END_MS = 10_000;
