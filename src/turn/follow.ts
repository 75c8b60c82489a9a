/**
 * A reader's events from the store, at the reader's own pace: a slow reader costs no memory, and one that comes back
 * after a gateway restart continues where it was. One who keeps up gets them as they are stored, and reads nothing.
 */

import type { ConversationView, StreamedEvent, TurnView } from '../contract/api.ts';
import { PaliadinError } from '../contract/errors.ts';
import type { StoredEvent } from '../contract/records/event.ts';
import type { Store } from '../store/store.ts';
import type { EventBus } from './event-bus.ts';
import { inBrief } from './view.ts';

export interface FollowOptions {
  store: Pick<Store, 'events'>;
  bus: Pick<EventBus, 'subscribe'>;
  /** The turn as this reader sees it now. */
  view(turnId: string): Promise<TurnView>;
  /** @throws PaliadinError `not_found` */
  conversation(sessionId: string): Promise<ConversationView>;
}

export async function* follow(
  query: { userId: string; turnId?: string; after: number; signal: AbortSignal },
  { store, bus, view, conversation }: FollowOptions,
): AsyncGenerator<{ id: number; event: StreamedEvent }> {
  const { userId, turnId, signal } = query;
  const scope = { userId, ...(turnId !== undefined && { turnId }) };
  let { after } = query;
  /** Something else than `next` may have been stored since the last read of the store. */
  let stale = true;
  let next: StoredEvent[] = [];
  let over = false;
  /**
   * The turn was seen as not over since the subscription began, so its end will come as an event. Cached, because the
   * view of a long answer costs much.
   */
  let open = turnId === undefined;
  let wake = () => {};
  const leave = () => wake();
  const unsubscribe = bus.subscribe(scope, (stored) => {
    if (stored === undefined || next.length + stored.length > PAGE) stale = true;
    else next.push(...stored);
    wake();
  });

  /** Those since the last call. Whether there are more is said by `stale`. */
  async function read(): Promise<StoredEvent[]> {
    const told = next;
    next = [];
    // What the last read of the store had brought may have been on its way too.
    if (!stale) return told.filter(({ id }) => id > after);
    stale = false;
    const events = await store.events.after({ ...scope, after, limit: PAGE });
    stale ||= events.length === PAGE;
    return events;
  }

  signal.addEventListener('abort', leave);
  try {
    while (!signal.aborted) {
      for (const stored of await read()) {
        after = stored.id;
        const event = await toStreamed(stored, { view, conversation }).catch(nullIfGone);
        if (event !== null) yield { id: stored.id, event };
        if (signal.aborted || (turnId !== undefined && stored.event.type === 'finished')) return;
      }
      if (stale || next.length > 0) continue;
      if (over) return;
      // The progress of a final turn may have been dropped already; then there is nothing more to come. But its end may
      // also have been stored just now, with its wake-up still to come, so the store is read once more.
      if (turnId !== undefined && !open) {
        over = isOver(await view(turnId));
        open = !over;
        stale = true;
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (stale || next.length > 0 || signal.aborted) resolve();
      });
    }
  } finally {
    unsubscribe();
    signal.removeEventListener('abort', leave);
  }
}

async function toStreamed(
  { event, turnId, at }: StoredEvent,
  { view, conversation }: Pick<FollowOptions, 'view' | 'conversation'>,
): Promise<StreamedEvent> {
  switch (event.type) {
    case 'accepted':
    case 'finished':
    case 'late':
    case 'feedback':
      return { type: event.type, turnId, at, turn: await view(turnId) };
    case 'decided':
      return { type: event.type, ...inBrief(event), turnId, at };
    case 'reset': {
      const { session, ...reset } = event;
      return { ...reset, turnId, at, ...(session !== undefined && { sessionId: session }) };
    }
    case 'conversation': {
      const { type, session: sessionId } = event;
      return { type, turnId, at, sessionId, conversation: await conversation(sessionId).catch(nullIfGone) };
    }
    default:
      return { ...event, turnId, at };
  }
}

/** Its conversation was deleted since. */
function nullIfGone(error: unknown): null {
  if (error instanceof PaliadinError && error.code === 'not_found') return null;
  throw error;
}

function isOver({ finishedAt }: TurnView): boolean {
  return finishedAt !== null;
}

// A reader who does not read holds twice as many events in memory at most, each up to 64 KiB of answer.
const PAGE = 20;
