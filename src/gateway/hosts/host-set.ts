/**
 * The hosts of a gateway: the one that its settings name, and those of the list, which all gateways of a store share.
 * The list is read again and again, so that a change needs no restart.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Backend } from '../../backend/backend.ts';
import { goneBackend } from '../../backend/gone.ts';
import type { Hosts } from '../../backend/hosts.ts';
import { PaliadinError } from '../../contract/errors.ts';
import type { ListedHost } from '../../contract/records/host.ts';
import type { ProbeHistory } from '../../services/hosts.ts';
import { type Candidate, withMostRoom } from './placement.ts';
import { type HostProbes, type ProbeOptions, probeHost } from './probes.ts';

export interface HostSetOptions extends Pick<ProbeOptions, 'clock' | 'now' | 'everyMs' | 'againMs'> {
  /**
   * The host of the settings. One behind ssh is always there. This machine, or none, is only there while the list is
   * empty.
   */
  configured: Backend;
  list(): Promise<ListedHost[]>;
  reach(listed: ListedHost): Backend;
  /** The pause between two looks at the list. */
  lookMs?: number;
  onError(what: string, error: unknown): void;
}

export interface HostSet extends Hosts, ProbeHistory {
  /** Reads the list now. @throws PaliadinError `store_unavailable` */
  look(): Promise<void>;
}

interface Member {
  backend: Backend;
  /** Its row of the list; null where only the settings name it. */
  listed: ListedHost | null;
  probes: HostProbes | null;
  stopListening(): void;
  /** Sessions that were placed there since the last probe. */
  placed: number;
}

/** @throws PaliadinError `store_unavailable` */
export async function openHostSet(options: HostSetOptions): Promise<HostSet> {
  const { configured, list, reach, lookMs = LOOK_MS, onError } = options;
  const members = new Map<string, Member>();
  const listeners = new Set<(backend: Backend) => void>();
  /** The configured one may leave and come back. */
  const introduced = new WeakSet<Backend>();
  const probeListeners = new Set<() => void>();
  const closing = new AbortController();

  function join(backend: Backend, listed: ListedHost | null): void {
    const member: Member = { backend, listed, probes: null, stopListening: () => {}, placed: 0 };
    members.set(backend.host, member);
    if (!introduced.has(backend)) for (const listener of listeners) listener(backend);
    introduced.add(backend);
    // One that refuses everything has no health.
    if (backend.refusal() !== null) return;
    const probes = probeHost({ ...options, health: () => backend.health(null) });
    member.probes = probes;
    member.stopListening = probes.onProbe(() => {
      member.placed = 0;
      for (const tell of probeListeners) tell();
    });
  }

  function part({ backend, probes, stopListening }: Member): void {
    members.delete(backend.host);
    probes?.close();
    stopListening();
    // The configured one may still run turns, and comes back when the list is empty.
    if (backend !== configured) backend.close().catch((error) => onError('the way to a host was not closed', error));
  }

  async function look(): Promise<void> {
    const rows = await list();
    if (closing.signal.aborted) return;
    const isThere = configured.kind === 'remote' || rows.length === 0;
    for (const member of [...members.values()]) {
      const { host } = member.backend;
      const listed = rows.find(({ name }) => name === host) ?? null;
      if (listed === null && !(member.backend === configured && isThere)) part(member);
      else member.listed = listed;
    }
    for (const listed of rows) {
      if (members.has(listed.name)) continue;
      join(configured.host === listed.name && isThere ? configured : reach(listed), listed);
    }
    if (isThere && !members.has(configured.host)) join(configured, null);
  }

  async function keepLooking(): Promise<void> {
    let told = false;
    while (!closing.signal.aborted) {
      await delay(lookMs, undefined, { signal: closing.signal, ref: false }).catch(() => {});
      if (closing.signal.aborted) return;
      try {
        await look();
        told = false;
      } catch (error) {
        if (!told) onError('the list of hosts was not read; trying again', error);
        told = true;
      }
    }
  }

  /** Whether it takes questions. */
  function serves({ backend, listed }: Member): boolean {
    return backend.refusal() === null && listed?.enabled !== false;
  }

  function isWell({ backend, probes }: Member): boolean {
    const well = probes?.well() ?? null;
    return well !== null && backend.presence() === 'here' && options.clock() - well.at < OLD_MS;
  }

  function candidateOf(member: Member): Candidate & { member: Member } {
    const { backend, listed, probes, placed } = member;
    const preference = listed?.preference ?? null;
    return { member, name: backend.host, preference, well: isWell(member), room: probes?.well()?.room ?? null, placed };
  }

  function refusal(): PaliadinError | null {
    const all = [...members.values()];
    if (all.some(serves)) return null;
    return (
      all.map(({ backend }) => backend.refusal()).find((reason) => reason !== null) ??
      new PaliadinError('disabled', 'every host is disabled; `paliadin host resume NAME` lets one take questions again')
    );
  }

  /** Those that were just added are asked for the first time. */
  async function firstProbes(some: readonly Member[]): Promise<void> {
    const unknown = some.filter(({ probes }) => probes?.last().length === 0);
    if (unknown.length === 0) return;
    const { promise: all, resolve } = Promise.withResolvers<void>();
    const heard = () => unknown.every(({ probes }) => probes?.last().length !== 0) && resolve();
    probeListeners.add(heard);
    try {
      await Promise.race([all, delay(FIRST_PROBE_MS, undefined, { ref: false })]);
    } finally {
      probeListeners.delete(heard);
    }
  }

  await look();
  void keepLooking();

  return {
    look,
    of({ host }) {
      const known = members.get(host)?.backend;
      if (known !== undefined) return known;
      const only = members.size === 1 && members.has(configured.host);
      // It may have been renamed. Of turns that another host ran it has no record, and reports that.
      return only || host === configured.host ? configured : goneBackend(host);
    },
    serves(host) {
      const member = members.get(host);
      return member !== undefined && serves(member);
    },
    async forNewSession() {
      const serving = [...members.values()].filter(serves);
      const open = serving.filter(({ listed }) => listed?.draining !== true);
      const suited = open.length > 0 ? open : serving;
      if (suited.length > 1 && !suited.some(isWell)) await firstProbes(suited);
      const best = withMostRoom(suited.map(candidateOf));
      // Reading one's history needs a session too, with a host that refuses everything.
      if (best === null) return [...members.values()][0]?.backend ?? configured;
      best.member.placed++;
      return best.member.backend;
    },
    insteadOf(host) {
      const others = [...members.values()].filter(
        (member) => member.backend.host !== host && serves(member) && member.listed?.draining !== true,
      );
      const ranked = others
        .filter(({ listed }) => typeof listed?.preference === 'number')
        .sort((one, other) => (one.listed?.preference ?? 0) - (other.listed?.preference ?? 0));
      return ranked.find(isWell)?.backend ?? null;
    },
    all: () => [...members.values()].map(({ backend }) => backend),
    standing(host) {
      const member = members.get(host);
      const { enabled = true, draining = false, preference = null } = member?.listed ?? {};
      const listed = member !== undefined && member.listed !== null;
      return { listed, enabled, draining, preference, room: member?.probes?.well()?.room ?? null };
    },
    each(listener) {
      listeners.add(listener);
      for (const { backend } of members.values()) listener(backend);
    },
    refusal,
    last: (host) => members.get(host)?.probes?.last() ?? [],
    onProbe(listener) {
      probeListeners.add(listener);
      return () => probeListeners.delete(listener);
    },
    async close() {
      closing.abort();
      const all = new Set([configured, ...[...members.values()].map(({ backend }) => backend)]);
      for (const { probes } of members.values()) probes?.close();
      await Promise.all([...all].map((backend) => backend.close()));
    },
  };
}

// A command's change is in force before its caller has read the answer.
const LOOK_MS = 2_000;
// Two probes were missed.
const OLD_MS = 75_000;
// The person who opens the chat waits for it.
const FIRST_PROBE_MS = 3_000;
