/** Runs what it is given, at most `limit` at once; the others wait in the order of their calls. */
export type AtMost = <T>(work: () => Promise<T>) => Promise<T>;

export function atMost(limit: number): AtMost {
  const waiting: (() => void)[] = [];
  let free = limit;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next(); // the place goes on to the next, without becoming free in between
    }
  };
}
