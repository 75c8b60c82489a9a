/** The list of hosts: what its owner does with it. Gateways notice within seconds. */
import { setTimeout as delay } from 'node:timers/promises';
import { PaliadinError } from '../contract/errors.ts';
import type { ListedHost } from '../contract/records/host.ts';
import type { Store } from '../store/store.ts';
import type { Actor } from './actor.ts';

export interface HostListService {
  /** By preference, then by name; with how many conversations live there, and how many turns are open. */
  list(): Promise<(ListedHost & { sessions: number; open: number })[]>;
  /** @throws PaliadinError `not_found` */
  find(name: string): Promise<ListedHost>;
  /**
   * Puts the host on the list, enabled. One that is there keeps its name.
   * @throws PaliadinError `conflict` where another host has the name
   */
  put(actor: Actor, host: NewHost): Promise<ListedHost>;
  /** It takes no new sessions; those that live there stay. @throws PaliadinError `not_found` */
  drain(actor: Actor, name: string): Promise<ListedHost>;
  /** Undoes `drain`, and a removal that was not finished. @throws PaliadinError `not_found` */
  resume(actor: Actor, name: string): Promise<ListedHost>;
  /** Where questions may go on while another host is away, in this order. @throws PaliadinError `not_found` */
  prefer(actor: Actor, names: readonly string[]): Promise<void>;
  /**
   * Drains the host, waits `waitMs` for the turns that are open there, stops the others, and takes it off the list. Its
   * conversations begin anew on other hosts with their next questions.
   * @throws PaliadinError `not_found`; `conflict` where a turn did not stop, and the host then stays disabled
   */
  remove(actor: Actor, name: string, options: { waitMs: number; onWait?(open: number): void }): Promise<void>;
}

/** Without `name`, one is made of the address. */
export type NewHost = Pick<ListedHost, 'user' | 'address' | 'port' | 'keyFile' | 'knownHostsFile'> & {
  name?: string | undefined;
};

export interface HostListOptions {
  store: Pick<Store, 'hosts' | 'sessions' | 'turns'>;
  /** Resolves when none of the user's turns is open any more. */
  stopTurns(userId: string): Promise<void>;
  /** UTC milliseconds. */
  clock(): number;
  /** Called after a change that gateways have to notice; without it they do within seconds. */
  onHostsChanged?(): Promise<void>;
  /** Milliseconds that a change of the clock does not change: `performance.now` by default. */
  now?(): number;
  pause?(ms: number): Promise<void>;
}

export function createHostListService({
  store,
  stopTurns,
  clock,
  onHostsChanged = async () => {},
  now = () => performance.now(),
  pause = delay,
}: HostListOptions): HostListService {
  const by = (actor: Actor) => ({ actor: actor.id, at: clock() });

  async function find(name: string): Promise<ListedHost> {
    const all = await store.hosts.list();
    const found = all.find((host) => host.name === name);
    if (found !== undefined) return found;
    const known = all.map((host) => host.name).join(', ') || 'none yet';
    throw new PaliadinError('not_found', `there is no host ${name} on the list; those on it: ${known}`);
  }

  async function changed(change: Promise<ListedHost>): Promise<ListedHost> {
    const host = await change;
    await onHostsChanged().catch(() => {}); // it is on record, and read again
    return host;
  }

  async function openOn(name: string) {
    return (await store.turns.openStates()).filter(({ host }) => host === name);
  }

  return {
    async list() {
      const [hosts, sessions, open] = await Promise.all([
        store.hosts.list(),
        store.sessions.countByHost(),
        store.turns.openStates(),
      ]);
      return hosts.map((host) => ({
        ...host,
        sessions: sessions.get(host.name) ?? 0,
        open: open.filter((turn) => turn.host === host.name).length,
      }));
    },

    find,

    async put(actor, { name, ...host }) {
      const all = await store.hosts.list();
      const known = all.find((one) => isSame(one, host));
      if (known !== undefined) {
        if (name !== undefined && name !== known.name) {
          throw new PaliadinError(
            'conflict',
            `this host is on the list as ${known.name}; remove it first to rename it`,
          );
        }
        const { keyFile, knownHostsFile } = host;
        const change = { keyFile, knownHostsFile, enabled: true, draining: false };
        return await store.hosts.change(known.name, change, by(actor));
      }
      const taken = new Set(all.map((one) => one.name));
      const own = [host.address, `${host.address}:${host.port}`, `${host.user}@${host.address}:${host.port}`];
      return await store.hosts.add(
        { ...host, name: name ?? own.find((one) => !taken.has(one)) ?? own[0] ?? '' },
        by(actor),
      );
    },

    async drain(actor, name) {
      await find(name);
      return await changed(store.hosts.change(name, { draining: true }, by(actor)));
    },

    async resume(actor, name) {
      await find(name);
      return await changed(store.hosts.change(name, { draining: false, enabled: true }, by(actor)));
    },

    async prefer(actor, names) {
      for (const name of names) await find(name);
      await store.hosts.prefer(names, by(actor));
    },

    async remove(actor, name, { waitMs, onWait }) {
      const { draining } = await find(name);
      if (!draining) await store.hosts.change(name, { draining: true }, by(actor));
      for (const until = now() + waitMs; now() < until; await pause(LOOK_AGAIN_MS)) {
        const { length } = await openOn(name);
        if (length === 0) break;
        onWait?.(length);
      }
      // From now on the gateways stop what is open there, as for a disabled user.
      await store.hosts.change(name, { enabled: false, draining: true }, by(actor));
      await pause(NOTICED_MS);
      const users = new Set((await openOn(name)).map(({ userId }) => userId));
      for (const userId of users) await stopTurns(userId);
      await store.hosts.remove(name, by(actor));
    },
  };
}

function isSame(one: Omit<NewHost, 'name'>, other: Omit<NewHost, 'name'>): boolean {
  return one.user === other.user && one.address === other.address && one.port === other.port;
}

const LOOK_AGAIN_MS = 500;
// Gateways read the list every two seconds.
const NOTICED_MS = 3_000;
