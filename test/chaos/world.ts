/** What a run breaks: gateways, their hosts (this machine, or some behind a real sshd), and people who use them. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { socketPath } from '../../src/host/tmux/socket-path.ts';
import { openStore } from '../../src/store/open.ts';
import { type ApiClient, apiClient } from '../support/api-client.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type Laptop, startLaptop } from '../support/laptop.ts';
import { hostViews, listHost } from '../support/listed-hosts.ts';
import { type Server, startServer } from '../support/postgres.ts';
import { startedBelow } from '../support/processes.ts';
import { temporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';
import { type Network, startNetwork } from './network.ts';

/** How the gateways reach the agents: on this machine, or over ssh. */
export type Channel = 'local' | 'ssh';
export type StoreKind = 'sqlite' | 'postgres';

export interface WorldOptions {
  readonly channel: Channel;
  /** Number of hosts. More than one are on the gateways' list, and need ssh. */
  readonly hosts?: number;
  readonly store?: StoreKind;
  /** How many share the database; more than one need PostgreSQL, and hosts behind ssh. */
  readonly gateways?: number;
  readonly people: readonly string[];
  /** For the gateway, and what it starts on this machine. */
  readonly env?: Record<string, string>;
}

export interface World {
  /** For the record that all of them share. */
  readonly gateway: TestGateway;
  readonly gateways: readonly TestGateway[];
  readonly hosts: readonly ChaosHost[];
  /** Null where the record is a file. */
  readonly server: Server | null;
  readonly people: ReadonlyMap<string, Person>;
  /** Every prompt that an agent of the session received, on whichever host. */
  prompts(session: string): { turnId: string | null; message: string }[];
  /** Ends everything, and returns the ids of processes that are left nevertheless. */
  dispose(): Promise<number[]>;
}

export interface ChaosHost {
  /** Its own directory: journal, sessions, terminals. */
  readonly directory: string;
  /** Null where it is this machine. */
  readonly remote: { readonly name: string; readonly laptop: Laptop; readonly network: Network } | null;
}

export interface Person {
  readonly name: string;
  /** Each call goes to the next gateway. */
  readonly client: ApiClient;
  /** The gateway that a fault of this person's strikes. */
  readonly struck: TestGateway;
  /** The host that a fault of this person's strikes: where the conversation was at first. */
  readonly host: ChaosHost;
  readonly session: string;
  /** Path of the socket of the person's tmux server, on that host. */
  readonly socket: string;
  /** Lets the second half of an answer come. */
  release(nonce: string): Promise<void>;
  /** State of the turn in the journal of the host that has it. */
  journalOf(turnId: string): string | null;
}

export async function startWorld({
  channel,
  hosts: hostCount = 1,
  store = 'sqlite',
  gateways: count = 1,
  people: names,
  env = {},
}: WorldOptions): Promise<World> {
  const states = await Promise.all(Array.from({ length: count }, () => temporaryDirectory()));
  const remotes = channel === 'ssh' ? await Promise.all(NAMES.slice(0, hostCount).map(startRemote)) : [];
  const server = store === 'postgres' ? await startServer() : null;
  const paths = states.map(({ path }) => path);
  const gateways = await startGateways(paths, { remotes, server, env });
  const [gateway] = gateways as [TestGateway];
  const hosts: readonly ChaosHost[] =
    remotes.length === 0
      ? [{ directory: join(gateway.stateDir, 'host'), remote: null }]
      : remotes.map((remote) => ({ directory: join(remote.laptop.stateDir, 'host'), remote }));
  const places = [...paths, ...remotes.map(({ laptop }) => laptop.home)];

  async function dispose(): Promise<number[]> {
    await Promise.all(gateways.map((each) => each.dispose()));
    await server?.kill();
    for (const { laptop, network } of remotes) {
      await laptop.dispose();
      await network.close();
    }
    const left = () => places.flatMap((path) => startedBelow(path));
    // Nobody waits for the agents: they end when they notice that their terminal has gone.
    await until('the last processes to end', () => left().length === 0, END_MS).catch(() => {});
    const found = left();
    await Promise.all(states.map(({ remove }) => remove()));
    return found;
  }

  try {
    for (const each of gateways) await hostsReady(each, hosts.length);
    const people = new Map<string, Person>();
    for (const [at, name] of names.entries()) {
      const struck = gateways[at % gateways.length] as TestGateway;
      people.set(name, await aPerson(name, { gateways, struck, hosts }));
    }
    const prompts = (session: string) => hosts.flatMap(({ directory }) => promptsIn(directory, session));
    return { gateway, gateways, hosts, server, people, prompts, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

type Remote = NonNullable<ChaosHost['remote']>;

interface Parts {
  remotes: readonly Remote[];
  server: Server | null;
  env: Record<string, string>;
}

async function startGateways(states: readonly string[], { remotes, server, env }: Parts): Promise<TestGateway[]> {
  const databaseUrl = await server?.newDatabase();
  const [only, ...others] = remotes;
  if (others.length > 0) await listRemotes(remotes, { url: databaseUrl, directory: states[0] as string });
  const gateways: TestGateway[] = [];
  for (const stateDir of states) {
    gateways.push(
      await startTestGateway({
        stateDir,
        ...(databaseUrl !== undefined && { databaseUrl }),
        ...(only !== undefined && others.length === 0 && { laptop: only.laptop }),
        env: {
          ...SETTINGS,
          ...(only !== undefined && others.length === 0 && (await wayThrough(only))),
          ...env,
        },
      }),
    );
  }
  return gateways;
}

/** The gateways find several hosts on the list in their database. */
async function listRemotes(
  remotes: readonly Remote[],
  { url, directory }: { url?: string | undefined; directory: string },
) {
  const store = await openStore({ url, file: join(directory, 'paliadin.db') });
  for (const remote of remotes) {
    const { laptop, network, name } = remote;
    await listHost(store, name, { ...laptop, port: network.port, knownHostsFile: await pinned(remote) });
  }
  await store.close();
}

async function hostsReady(gateway: TestGateway, count: number): Promise<void> {
  await until('the host to be ready', async () => (await fetch(`${gateway.url}/readyz`)).ok, READY_MS);
  if (count === 1) return;
  await until(
    'all hosts to be well',
    async () => {
      const { hosts } = await hostViews(gateway);
      return hosts.filter(({ probes }) => probes.at(-1)?.error === null).length === count;
    },
    READY_MS,
  );
}

async function startRemote(name: string): Promise<Remote> {
  const laptop = await startLaptop({ env: { PALIADIN_TURN_TIMEOUT: TURN_TIMEOUT, PALIADIN_APPROVALS: 'gateway' } });
  return { name, laptop, network: await startNetwork(laptop.port) };
}

/** A known-hosts file with the same host key, at the port of the network between. */
async function pinned({ laptop, network }: Remote): Promise<string> {
  const file = join(laptop.home, '..', 'known_hosts_of_the_network');
  const line = laptop.hostKeyLine().replace(`]:${laptop.port} `, `]:${network.port} `);
  await writeFile(file, line, { mode: 0o600 });
  return file;
}

async function wayThrough(remote: Remote) {
  return { PALIADIN_REMOTE_PORT: String(remote.network.port), PALIADIN_KNOWN_HOSTS_FILE: await pinned(remote) };
}

async function aPerson(
  name: string,
  { gateways, struck, hosts }: { gateways: readonly TestGateway[]; struck: TestGateway; hosts: readonly ChaosHost[] },
): Promise<Person> {
  const [gateway] = gateways as [TestGateway];
  const { token, me } = await gateway.as(name);
  const session = (await me()).session.name;
  const lives = (await (await gateway.store()).sessions.get(session))?.host;
  const host = hosts.find(({ remote }) => remote?.name === lives) ?? (hosts[0] as ChaosHost);
  let calls = 0;
  const next = () => gateways[calls++ % gateways.length] as TestGateway;
  return {
    name,
    client: apiClient(() => next().url, token),
    struck,
    host,
    session,
    socket: socketPath(join(host.directory, 'tmux'), session),
    async release(nonce) {
      // The conversation may have moved: whichever host has it.
      const places = hosts.map(({ directory }) => join(agentDirectory(directory, session), `release-${nonce}`));
      await Promise.any(places.map((place) => writeFile(place, '')));
    },
    journalOf(turnId) {
      const states = hosts.map(({ directory }) => journalIn(directory, session, turnId));
      return states.find((state) => state !== null) ?? null;
    },
  };
}

/** Null where it was never typed there, or the entry is deleted again. */
function journalIn(directory: string, session: string, turnId: string): string | null {
  try {
    const entry = readFileSync(join(directory, 'sessions', session, 'turns', `${turnId}.json`), 'utf8');
    return JSON.parse(entry.split('\n').at(-1) ?? '').state;
  } catch {
    return null; // never typed, or deleted again
  }
}

function promptsIn(directory: string, session: string): { turnId: string | null; message: string }[] {
  try {
    const text = readFileSync(join(agentDirectory(directory, session), 'prompts.jsonl'), 'utf8');
    return text
      .split('\n')
      .slice(0, -1) // a line that is just being written has no end yet
      .map((line) => JSON.parse(line));
  } catch {
    return []; // no agent of the session has been there
  }
}

function agentDirectory(directory: string, session: string): string {
  return join(directory, 'sessions', session, 'agent');
}

// An agent that a fault has silenced is given up while the run still waits for it.
const TURN_TIMEOUT = '20s';
const SETTINGS = { PALIADIN_TURN_TIMEOUT: TURN_TIMEOUT, PALIADIN_APPROVAL_TIMEOUT: '3s', PALIADIN_APPROVALS: 'users' };
const READY_MS = 60_000;
/** Of the hosts, in their order. */
const NAMES = ['home', 'office', 'attic', 'cellar'];
export const MOST_HOSTS = NAMES.length;
const END_MS = 10_000;
