/** What a run breaks: gateways, their host (this machine, or one behind a real sshd), and people who use them. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { socketPath } from '../../src/host/tmux/socket-path.ts';
import { type ApiClient, apiClient } from '../support/api-client.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type Laptop, startLaptop } from '../support/laptop.ts';
import { type Server, startServer } from '../support/postgres.ts';
import { startedBelow } from '../support/processes.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';
import { type Network, startNetwork } from './network.ts';

export type HostKind = 'local' | 'ssh';
export type StoreKind = 'sqlite' | 'postgres';

export interface WorldOptions {
  readonly hosts: HostKind;
  readonly store?: StoreKind;
  /** How many share the database; more than one need PostgreSQL, and a host behind ssh. */
  readonly gateways?: number;
  readonly people: readonly string[];
  /** For the gateway, and what it starts on this machine. */
  readonly env?: Record<string, string>;
}

export interface World {
  /** For the record that all of them share. */
  readonly gateway: TestGateway;
  readonly gateways: readonly TestGateway[];
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
  /** Each call goes to the next gateway. */
  readonly client: ApiClient;
  /** The gateway that a fault of this person's strikes. */
  readonly struck: TestGateway;
  readonly session: string;
  /** Path of the socket of the person's tmux server. */
  readonly socket: string;
  /** Lets the second half of an answer come. */
  release(nonce: string): Promise<void>;
  /** State of the turn in the host's journal. */
  journalOf(turnId: string): string | null;
}

export async function startWorld({
  hosts,
  store = 'sqlite',
  gateways: count = 1,
  people: names,
  env = {},
}: WorldOptions): Promise<World> {
  const states = await Promise.all(Array.from({ length: count }, () => temporaryDirectory()));
  const remote = hosts === 'ssh' ? await startRemote() : null;
  const server = store === 'postgres' ? await startServer() : null;
  const gateways = await startGateways(
    states.map(({ path }) => path),
    { remote, server, env },
  );
  const [gateway] = gateways as [TestGateway];
  const hostDirectory = join(remote?.laptop.stateDir ?? gateway.stateDir, 'host');
  const places = [...states.map(({ path }) => path), ...(remote === null ? [] : [remote.laptop.home])];

  async function dispose(): Promise<number[]> {
    await Promise.all(gateways.map((each) => each.dispose()));
    await server?.kill();
    await remote?.laptop.dispose();
    await remote?.network.close();
    const left = () => places.flatMap((path) => startedBelow(path));
    // Nobody waits for the agents: they end when they notice that their terminal has gone.
    await until('the last processes to end', () => left().length === 0, END_MS).catch(() => {});
    const found = left();
    await Promise.all(states.map(({ remove }) => remove()));
    return found;
  }

  try {
    for (const { url } of gateways) {
      await until('the host to be ready', async () => (await fetch(`${url}/readyz`)).ok, READY_MS);
    }
    const people = new Map<string, Person>();
    for (const [at, name] of names.entries()) {
      const struck = gateways[at % gateways.length] as TestGateway;
      people.set(name, await aPerson(name, { gateways, struck, hostDirectory }));
    }
    return { gateway, gateways, remote, people, hostDirectory, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function startGateways(
  states: readonly string[],
  { remote, server, env }: { remote: World['remote']; server: Server | null; env: Record<string, string> },
): Promise<TestGateway[]> {
  const databaseUrl = await server?.newDatabase();
  const gateways: TestGateway[] = [];
  for (const stateDir of states) {
    gateways.push(
      await startTestGateway({
        stateDir,
        ...(databaseUrl !== undefined && { databaseUrl }),
        ...(remote !== null && { laptop: remote.laptop }),
        env: { ...SETTINGS, ...(remote === null ? {} : await wayThrough(remote, stateDir)), ...env },
      }),
    );
  }
  return gateways;
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

async function aPerson(
  name: string,
  { gateways, struck, hostDirectory }: { gateways: readonly TestGateway[]; struck: TestGateway; hostDirectory: string },
): Promise<Person> {
  const [gateway] = gateways as [TestGateway];
  const { token, me } = await gateway.as(name);
  const session = (await me()).session.name;
  let calls = 0;
  const next = () => gateways[calls++ % gateways.length] as TestGateway;
  return {
    name,
    client: apiClient(() => next().url, token),
    struck,
    session,
    socket: socketPath(join(hostDirectory, 'tmux'), session),
    release: (nonce) => writeFile(join(gateway.agentDirectory(session), `release-${nonce}`), ''),
    journalOf(turnId) {
      try {
        const file = join(hostDirectory, 'sessions', session, 'turns', `${turnId}.json`);
        return JSON.parse(readFileSync(file, 'utf8').split('\n').at(-1) ?? '').state;
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
