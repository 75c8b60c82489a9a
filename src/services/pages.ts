import { setImmediate } from 'node:timers/promises';
import type { Turn, TurnFilter } from '../contract/records/turn.ts';
import type { TurnStore } from '../store/turn-store.ts';

/** Rows in a page: some milliseconds of work, during which the gateway does nothing else. */
export const PAGE = 200;

/**
 * Every row, read in pages of `PAGE` as they are consumed. `next` is the key of a row, by which `read` finds the next
 * page.
 */
export async function* pages<T, K>(
  read: (last: K | undefined) => Promise<T[]>,
  { next }: { next: (last: T) => K },
): AsyncGenerator<T> {
  for (let place: K | undefined; ; ) {
    const page = await read(place);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    place = next(last);
    await setImmediate();
  }
}

/** Turns in full, newest first. Only one is held in memory at a time, because each may have megabytes. */
export async function* eachTurn(turns: Pick<TurnStore, 'list' | 'get'>, filter: TurnFilter): AsyncGenerator<Turn> {
  const read = (before: string | undefined) => turns.list({ ...filter, before, limit: PAGE });
  for await (const { turnId } of pages(read, { next: (line) => line.turnId })) {
    const turn = await turns.get(turnId);
    if (turn !== null) yield turn;
  }
}

export async function* map<T, U>(rows: AsyncIterable<T>, change: (row: T) => U | Promise<U>): AsyncGenerator<U> {
  for await (const row of rows) yield await change(row);
}

/** The first `limit` rows; reads no more than these. */
export async function take<T>(rows: AsyncIterable<T>, limit: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const row of rows) if (taken.push(row) >= limit) break;
  return taken;
}
