/**
 * A reader's events, at the reader's own pace: who keeps up gets them as they are stored, who does not is
 * served from the store and costs no memory, and who comes back after a gateway restart goes on where they
 * were.
 */

import type { StreamedEvent, TurnView } from '../contract/api.ts';
import type { StoredEvent } from '../contract/records/event.ts';
import type { Store } from '../store/store.ts';
import type { TurnWriter } from './turn-writer.ts';
import { inBrief } from './view.ts';

export interface FollowOptions {
  store: Store;
  turnWriter: TurnWriter;
  /** The turn as this reader sees it now. */
  view(turnId: string): Promise<TurnView>;
}

export async function* follow(
  query: { userId: string; turnId?: string; after: number; signal: AbortSignal },
  { store, turnWriter, view }: FollowOptions,
): AsyncGenerator<{ id: number; event: StreamedEvent }> {
  const { userId, turnId, signal } = query;
  let { after } = query;
  /** Stored since the store was read last, so that it need not be read again; null where it has to be. */
  let fresh: StoredEvent[] | null = null;
  let over = false;
  /** Seen as not over since we listen: from then on its end comes as an event. The view of a long answer costs much. */
  let open = turnId === undefined;
  let wake = () => {};
  const isMine = (event: StoredEvent) => event.userId === userId && (turnId === undefined || event.turnId === turnId);
  const take = (events: StoredEvent[]) => {
    const mine = events.filter(isMine);
    if (mine.length === 0) return;
    fresh?.push(...mine);
    if (fresh !== null && fresh.length > MAX_FRESH) fresh = null;
    wake();
  };
  const leave = () => wake();
  turnWriter.on('stored', take);
  signal.addEventListener('abort', leave);
  try {
    while (!signal.aborted) {
      let events: StoredEvent[];
      if (fresh === null) {
        fresh = []; // what is stored from here on comes by itself
        events = await store.events.after({ userId, ...(turnId !== undefined && { turnId }), after, limit: PAGE });
        if (events.length === PAGE) fresh = null;
      } else events = fresh.splice(0);
      for (const stored of events) {
        if (stored.id <= after) continue; // read and told
        after = stored.id;
        yield { id: stored.id, event: await toStreamed(stored, view) };
        if (signal.aborted || (turnId !== undefined && stored.event.type === 'finished')) return;
      }
      if (!isCaughtUp()) continue;
      if (over) return;
      // A final turn's progress may have been dropped already; there is nothing more to come then. But its end
      // may also have been stored just now, and be told in a moment: what is stored is read once more.
      if (turnId !== undefined && !open) {
        over = isOver(await view(turnId));
        open = !over;
        if (over) fresh = null;
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (!isCaughtUp() || signal.aborted) resolve();
      });
    }
  } finally {
    turnWriter.off('stored', take);
    signal.removeEventListener('abort', leave);
  }

  function isCaughtUp(): boolean {
    return fresh !== null && fresh.length === 0;
  }
}

async function toStreamed({ event, turnId, at }: StoredEvent, view: FollowOptions['view']): Promise<StreamedEvent> {
  switch (event.type) {
    case 'accepted':
    case 'finished':
    case 'late':
    case 'feedback':
      return { type: event.type, turnId, at, turn: await view(turnId) };
    case 'decided':
      return { type: event.type, ...inBrief(event), turnId, at };
    default:
      return { ...event, turnId, at };
  }
}

function isOver({ finishedAt }: TurnView): boolean {
  return finishedAt !== null;
}

// A reader who does not read holds these, each up to 64 KiB of answer.
const PAGE = 20;
// A reader who does not read keeps at most these from being forgotten.
const MAX_FRESH = 20;
