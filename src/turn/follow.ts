/**
 * A reader's events, taken from the store at the reader's own pace: one who does not read costs no
 * memory, and one who comes back after a gateway restart goes on where they were.
 */
import type { Store, StoredEvent } from '../audit/store.ts';
import type { StreamedEvent, TurnView } from '../contract/api.ts';
import type { Recorder } from './recorder.ts';

export interface FollowOptions {
  store: Store;
  recorder: Recorder;
  /** The turn as this reader sees it now. */
  view(turnId: string): Promise<TurnView>;
}

export async function* follow(
  query: { userId: string; turnId?: string; after: number; signal: AbortSignal },
  { store, recorder, view }: FollowOptions,
): AsyncGenerator<{ id: number; event: StreamedEvent }> {
  const { userId, turnId, signal } = query;
  let { after } = query;
  let news = true;
  let wake = () => {};
  const notice = () => {
    news = true;
    wake();
  };
  const look = (events: StoredEvent[]) => {
    if (events.some((event) => event.userId === userId && (turnId === undefined || event.turnId === turnId))) notice();
  };
  recorder.on('stored', look);
  signal.addEventListener('abort', notice);
  try {
    while (!signal.aborted) {
      news = false;
      const events = await store.events.after({ userId, ...(turnId !== undefined && { turnId }), after, limit: PAGE });
      for (const stored of events) {
        after = stored.id;
        yield { id: stored.id, event: await toStreamed(stored, view) };
        if (signal.aborted || (turnId !== undefined && stored.event.type === 'finished')) return;
      }
      if (events.length === PAGE || news) continue;
      // A final turn's progress may have been dropped already; there is nothing more to come then.
      if (turnId !== undefined && isOver(await view(turnId))) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (news || signal.aborted) resolve();
      });
    }
  } finally {
    recorder.off('stored', look);
    signal.removeEventListener('abort', notice);
  }
}

async function toStreamed({ event, turnId, at }: StoredEvent, view: FollowOptions['view']): Promise<StreamedEvent> {
  switch (event.type) {
    case 'accepted':
    case 'finished':
    case 'late':
    case 'feedback':
      return { type: event.type, turnId, at, turn: await view(turnId) };
    default:
      return { ...event, turnId, at };
  }
}

function isOver({ finishedAt }: TurnView): boolean {
  return finishedAt !== null;
}

const PAGE = 200;
