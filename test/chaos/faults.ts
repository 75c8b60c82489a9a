/** What can break: each fault is a victim, and what happens to it. A new victim is a new entry here. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { descendants, nameOf, signal, startedBelow, startedFor } from '../support/processes.ts';
import type { HostKind, Person, World } from './world.ts';

export interface Fault {
  readonly name: string;
  /** Faults of one victim exclude each other. */
  readonly victim: string;
  readonly hosts: readonly HostKind[];
  /** Breaks it, and returns what ends the fault. */
  strike(world: World, person: Person): Promise<() => Promise<void> | void>;
}

const EVERYWHERE: readonly HostKind[] = ['local', 'ssh'];
const BEHIND_SSH: readonly HostKind[] = ['ssh'];

/** Processes that somebody starts again: Paliadin, when they are needed. */
const VICTIMS: readonly { victim: string; hosts: readonly HostKind[]; find(world: World, person: Person): number[] }[] =
  [
    { victim: 'daemon', hosts: EVERYWHERE, find: daemonOf },
    { victim: 'tmux', hosts: EVERYWHERE, find: (_, { socket }) => serversOf(socket) },
    { victim: 'agent', hosts: EVERYWHERE, find: (_, { socket }) => serversOf(socket).flatMap(descendants) },
    { victim: 'ssh', hosts: BEHIND_SSH, find: sshOf },
    { victim: 'sshd', hosts: BEHIND_SSH, find: ({ remote }) => remote?.laptop.connections() ?? [] },
  ];

export const FAULTS: readonly Fault[] = [
  {
    name: 'gateway killed',
    victim: 'gateway',
    hosts: EVERYWHERE,
    async strike(_, { struck }) {
      await struck.end('SIGKILL');
      return () => struck.start();
    },
  },
  {
    name: 'gateway stopped',
    victim: 'gateway',
    hosts: EVERYWHERE,
    async strike(_, { struck }) {
      await struck.end('SIGTERM');
      return () => struck.start();
    },
  },
  {
    name: 'gateway frozen',
    victim: 'gateway',
    hosts: EVERYWHERE,
    strike: async (_, { struck }) => freeze([struck.pid]),
  },
  ...VICTIMS.flatMap(({ victim, hosts, find }): Fault[] => [
    {
      name: `${victim} killed`,
      victim,
      hosts,
      async strike(world, person) {
        for (const pid of find(world, person)) signal(pid, 'SIGKILL');
        return () => {};
      },
    },
    { name: `${victim} frozen`, victim, hosts, strike: async (world, person) => freeze(find(world, person)) },
  ]),
  {
    name: 'network silent',
    victim: 'network',
    hosts: BEHIND_SSH,
    async strike({ remote }) {
      remote?.network.silence();
      return () => remote?.network.resume();
    },
  },
  {
    name: 'network cut',
    victim: 'network',
    hosts: BEHIND_SSH,
    async strike({ remote }) {
      remote?.network.cut();
      return () => {};
    },
  },
];

function freeze(pids: readonly number[]): () => void {
  for (const pid of pids) signal(pid, 'SIGSTOP');
  return () => {
    for (const pid of pids) signal(pid, 'SIGCONT');
  };
}

/** The number in the file could be somebody else's by now: only a process that was started for this directory counts. */
function daemonOf({ hostDirectory }: World): number[] {
  try {
    const pid = Number(readFileSync(join(hostDirectory, 'daemon.pid'), 'utf8'));
    return startedBelow(join(hostDirectory, '..')).filter((each) => each === pid);
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
