import { setTimeout as delay } from 'node:timers/promises';
import type { Hosts } from '../backend/hosts.ts';
import type { AdminEvent } from '../contract/admin/events.ts';
import type { StoredEvent } from '../contract/records/event.ts';
import type { TurnStatus } from '../contract/turn.ts';
import type { Store } from '../store/store.ts';
import type { Turns } from '../turn/turns.ts';
import type { ProbeHistory } from './hosts.ts';

export interface ChangesOptions {
  turns: Pick<Turns, 'watch'>;
  store: Pick<Store, 'audit'>;
  hosts: Pick<Hosts, 'all'>;
  /** Absent where the hosts are not probed. */
  probes: Pick<ProbeHistory, 'onProbe'> | undefined;
}

/**
 * Reports what changes, not its new value, until `signal` aborts. Changes that happen before a reader has taken the
 * last ones are merged, so that a slow reader costs little.
 */
export async function* followChanges(
  { turns, store, hosts, probes }: ChangesOptions,
  signal: AbortSignal,
): AsyncGenerator<AdminEvent> {
  const moved = new Map<string, { userId: string; status: TurnStatus | null }>();
  const also = new Set<'sessions' | 'hosts' | 'users'>();
  let head = (await store.audit.head())?.seq ?? 0;
  const presences = () =>
    hosts
      .all()
      .map(({ host, presence }) => `${host} ${presence()}`)
      .join();
  let seen = presences();
  let wake = () => {};
  const onStored = (events: StoredEvent[]) => {
    for (const { turnId, userId, event } of events) {
      if (event.type === 'reset') also.add('sessions');
      const status = statusAfter(event);
      if (status === undefined) continue;
      moved.set(turnId, { userId, status: status ?? moved.get(turnId)?.status ?? null });
      also.add('sessions');
    }
    if (moved.size > 0 || also.size > 0) wake();
  };
  const onProbe = () => {
    also.add('hosts');
    wake();
  };
  const onAbort = () => wake();
  const stops = [await turns.watch(onStored), probes?.onProbe(onProbe)];
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      const events: AdminEvent[] = [];
      if (moved.size > 0) {
        events.push({ type: 'turns', turns: [...moved].map(([turnId, turn]) => ({ turnId, ...turn })) });
        moved.clear();
      }
      if (presences() !== seen) {
        seen = presences();
        also.add('hosts');
      }
      // Also covers changes by other processes, such as the command line.
      const now = (await store.audit.head())?.seq ?? 0;
      if (now !== head) {
        const fresh = await store.audit.list({ limit: Math.min(100, Math.max(1, now - head)) });
        if (fresh.some(({ action }) => action.startsWith('user.') || action.startsWith('sign-in.'))) also.add('users');
        if (fresh.some(({ action }) => action.startsWith('session.'))) also.add('sessions');
        if (fresh.some(({ action }) => action.startsWith('host.'))) also.add('hosts');
        events.push({ type: 'audit', head: now });
        head = now;
      }
      for (const type of also) events.push({ type });
      also.clear();
      for (const event of events) {
        yield event;
        if (signal.aborted) return;
      }
      await pause(STEP_MS, signal);
      if (moved.size === 0 && also.size === 0) await Promise.race([pause(LOOK_MS, signal), woken()]);
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    for (const stop of stops) stop?.();
  }

  function woken(): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
      if (signal.aborted) resolve();
    });
  }
}

// A person can't tell this from immediate.
const STEP_MS = 500;
// The interval for changes without a notification: writes of other processes, and whether the host is reachable.
const LOOK_MS = 2000;

/** Null: the status is the same, but something else changed. Undefined: nothing that a list shows. */
function statusAfter(event: StoredEvent['event']): TurnStatus | null | undefined {
  switch (event.type) {
    case 'accepted':
    case 'queued':
      return 'queued';
    case 'delivering':
      return 'delivering';
    case 'running':
    case 'approval-closed':
      return 'running';
    case 'approval':
      return 'waiting';
    case 'finished':
      return event.status;
    case 'late':
    case 'feedback':
      return null;
    default:
      return undefined;
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal, ref: false }).catch(() => {});
}
