/** The whole history of one user. */
import type { TurnView } from '../contract/api.ts';
import { PaliadinError } from '../contract/errors.ts';
import type { Store } from '../store/store.ts';
import type { Turns } from '../turn/turns.ts';
import { PAGE, pages } from './pages.ts';

export interface HistoryService {
  /** All turns, oldest first, read as they are consumed. */
  export(userId: string, locale: string | null): AsyncIterable<TurnView>;
  /** The newest event of all users: everything that follows it has not happened yet. */
  lastEventId(): Promise<number>;
}

export interface HistoryOptions {
  store: Pick<Store, 'turns' | 'events'>;
  turns: Pick<Turns, 'get'>;
}

export function createHistoryService({ store, turns }: HistoryOptions): HistoryService {
  return {
    async *export(userId, locale) {
      // The store returns the newest first, so this collects the ids alone, then reads each turn.
      const ids: string[] = [];
      const read = (before: string | undefined) => store.turns.list({ userId, before, limit: PAGE });
      for await (const { turnId } of pages(read, { next: (line) => line.turnId })) ids.push(turnId);
      for (const turnId of ids.toReversed()) {
        const turn = await turns.get(userId, turnId, locale).catch(nullIfDeleted);
        if (turn !== null) yield turn;
      }
    },

    lastEventId: () => store.events.lastId(),
  };
}

/** The turn may have been deleted since its id was read. */
function nullIfDeleted(error: unknown): null {
  if (error instanceof PaliadinError && error.code === 'not_found') return null;
  throw error;
}
