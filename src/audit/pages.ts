import { setImmediate } from 'node:timers/promises';

/** How many rows a page has: some milliseconds of work, during which the gateway does nothing else. */
export const PAGE = 200;

/** Every row, read a page of `PAGE` at a time as it is taken. `next` is by what `read` finds the page behind a row. */
export async function* pages<T, K>(
  read: (before: K | undefined) => Promise<T[]>,
  { next }: { next: (last: T) => K },
): AsyncGenerator<T> {
  for (let before: K | undefined; ; ) {
    const page = await read(before);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    before = next(last);
    await setImmediate();
  }
}
