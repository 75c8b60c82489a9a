import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { AdminEvent } from '../../../contract/admin.ts';
import type { StoredEvent } from '../../../contract/records/event.ts';
import type { TurnStatus } from '../../../contract/turn.ts';
import { guards } from '../../guards.ts';
import { responses } from '../../openapi.ts';
import type { App, ServerOptions } from '../../options.ts';
import type { Streams } from '../../streams.ts';

type Needs = Pick<ServerOptions, 'turns' | 'store' | 'backend' | 'probes'>;

export function eventRoute(app: App, options: Needs, streams: Streams): void {
  app.get(
    '/api/admin/events',
    {
      config: { guard: guards.admin },
      schema: {
        summary: 'What changes, as it changes',
        description:
          'Server-sent events that say what changed, not what it is now: `turns`, `sessions`, `hosts`, `users`, `audit`. ' +
          'At most two a second of each. Nothing is replayed: who was away reloads.',
        response: responses({
          200: { description: 'Server-sent events', content: { 'text/event-stream': { schema: z.string() } } },
        }),
      },
    },
    async (request, reply) => streams.send(request, reply, (signal) => changes(options, signal)),
  );
}

/** What happens while a reader has not taken what was before is told together, so that a slow one costs little. */
async function* changes({ turns, store, backend, probes }: Needs, signal: AbortSignal) {
  const moved = new Map<string, { userId: string; status: TurnStatus | null }>();
  const also = new Set<'sessions' | 'hosts' | 'users'>();
  let head = (await store.audit.head())?.seq ?? 0;
  let presence = backend.presence();
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
    for (let id = 1; !signal.aborted; ) {
      const events: AdminEvent[] = [];
      if (moved.size > 0) {
        events.push({ type: 'turns', turns: [...moved].map(([turnId, turn]) => ({ turnId, ...turn })) });
        moved.clear();
      }
      if (backend.presence() !== presence) {
        presence = backend.presence();
        also.add('hosts');
      }
      // Also what another process does, such as the command line.
      const now = (await store.audit.head())?.seq ?? 0;
      if (now !== head) {
        const fresh = await store.audit.list({ limit: Math.min(100, Math.max(1, now - head)) });
        if (fresh.some(({ action }) => action.startsWith('user.') || action.startsWith('sign-in.'))) also.add('users');
        if (fresh.some(({ action }) => action.startsWith('session.'))) also.add('sessions');
        events.push({ type: 'audit', head: now });
        head = now;
      }
      for (const type of also) events.push({ type });
      also.clear();
      for (const event of events) {
        yield { id: id++, event };
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

// A person sees no difference between this and at once.
const STEP_MS = 500;
// What nobody tells us of: what other processes write, and whether the host is there.
const LOOK_MS = 2000;

/** Null: still what it was, but something else about it changed. Undefined: nothing that a list shows. */
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
