/** What can break: each fault is a victim, and what happens to it. A new victim is a new entry here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { retry } from '../../src/process/retry.ts';
import type { TestGateway } from '../support/gateway.ts';
import { descendants, nameOf, signal, startedBelow, startedFor } from '../support/processes.ts';
import type { Channel, Person, StoreKind, World } from './world.ts';

export interface Fault {
  readonly name: string;
  /** Faults of one victim exclude each other. */
  readonly victim: string;
  readonly channels: readonly Channel[];
  readonly stores?: readonly StoreKind[];
  /** Breaks it, and returns what ends the fault. */
  strike(world: World, person: Person): Promise<() => Promise<void> | void>;
}

const EVERYWHERE: readonly Channel[] = ['local', 'ssh'];
const BEHIND_SSH: readonly Channel[] = ['ssh'];

/** Processes that somebody starts again: Paliadin, when they are needed. */
const VICTIMS: readonly {
  victim: string;
  channels: readonly Channel[];
  find(world: World, person: Person): number[];
}[] = [
  { victim: 'daemon', channels: EVERYWHERE, find: daemonOf },
  { victim: 'tmux', channels: EVERYWHERE, find: (_, { socket }) => serversOf(socket) },
  { victim: 'agent', channels: EVERYWHERE, find: (_, { socket }) => serversOf(socket).flatMap(descendants) },
  { victim: 'ssh', channels: BEHIND_SSH, find: sshOf },
  { victim: 'sshd', channels: BEHIND_SSH, find: (_, { host: { remote } }) => remote?.laptop.connections() ?? [] },
];

export const FAULTS: readonly Fault[] = [
  {
    name: 'gateway killed',
    victim: 'gateway',
    channels: EVERYWHERE,
    async strike(_, { struck }) {
      await struck.end('SIGKILL');
      return () => revive(struck);
    },
  },
  {
    name: 'gateway stopped',
    victim: 'gateway',
    channels: EVERYWHERE,
    async strike(_, { struck }) {
      await struck.end('SIGTERM');
      return () => revive(struck);
    },
  },
  {
    name: 'gateway frozen',
    victim: 'gateway',
    channels: EVERYWHERE,
    strike: async (_, { struck }) => freeze([struck.pid]),
  },
  ...VICTIMS.flatMap(({ victim, channels, find }): Fault[] => [
    {
      name: `${victim} killed`,
      victim,
      channels,
      async strike(world, person) {
        for (const pid of find(world, person)) signal(pid, 'SIGKILL');
        return () => {};
      },
    },
    { name: `${victim} frozen`, victim, channels, strike: async (world, person) => freeze(find(world, person)) },
  ]),
  {
    name: 'network silent',
    victim: 'network',
    channels: BEHIND_SSH,
    async strike(_, { host: { remote } }) {
      remote?.network.silence();
      return () => remote?.network.resume();
    },
  },
  {
    name: 'network cut',
    victim: 'network',
    channels: BEHIND_SSH,
    async strike(_, { host: { remote } }) {
      remote?.network.cut();
      return () => {};
    },
  },
  {
    name: 'database killed',
    victim: 'database',
    channels: EVERYWHERE,
    stores: ['postgres'],
    async strike({ server }) {
      await server?.kill();
      return () => server?.start();
    },
  },
  {
    name: 'database frozen',
    victim: 'database',
    channels: EVERYWHERE,
    stores: ['postgres'],
    strike: async ({ server }) => freeze(server === null ? [] : [server.pid, ...descendants(server.pid)]),
  },
];

/** As whatever supervises a gateway does: without its database it ends again, and is started again. */
function revive(gateway: TestGateway): Promise<void> {
  return retry(() => gateway.start(), { firstMs: 200, maxMs: 1000, deadline: performance.now() + REVIVE_MS });
}

// Longer than any fault of the database lasts.
const REVIVE_MS = 60_000;

/** Those that a run with these parts can suffer. */
export function faultsOf({ channel, store }: { channel: Channel; store: StoreKind }): Fault[] {
  return FAULTS.filter(({ channels, stores }) => channels.includes(channel) && (stores?.includes(store) ?? true));
}

function freeze(pids: readonly number[]): () => void {
  for (const pid of pids) signal(pid, 'SIGSTOP');
  return () => {
    for (const pid of pids) signal(pid, 'SIGCONT');
  };
}

/** The number in the file could be somebody else's by now: only a process that was started for this directory counts. */
function daemonOf(_: World, { host: { directory } }: Person): number[] {
  try {
    const pid = Number(readFileSync(join(directory, 'daemon.pid'), 'utf8'));
    return startedBelow(join(directory, '..')).filter((each) => each === pid);
  } catch {
    return []; // it is just being replaced
  }
}

function serversOf(socket: string): number[] {
  return startedFor(socket).filter((pid) => nameOf(pid) === 'tmux: server');
}

function sshOf({ gateways }: World): number[] {
  return gateways.flatMap(({ pid }) => descendants(pid)).filter((pid) => nameOf(pid) === 'ssh');
}
