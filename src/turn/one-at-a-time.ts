/** What costs much is done once at a time for each person. Who asks for more than a few at once is refused. */
import { PaliadinError } from '../contract/errors.ts';

/** @throws PaliadinError `rate_limited` */
export function oneAtATime(mostWaiting: number): <T>(userId: string, work: () => Promise<T>) => Promise<T> {
  const lines = new Map<string, { last: Promise<unknown>; length: number }>();
  return async (userId, work) => {
    const line = lines.get(userId) ?? { last: Promise.resolve(), length: 0 };
    if (line.length > mostWaiting) {
      throw new PaliadinError('rate_limited', `${line.length} of these are under way already; wait for one of them`);
    }
    lines.set(userId, line);
    line.length++;
    const done = line.last.then(work);
    line.last = done.catch(() => {});
    try {
      return await done;
    } finally {
      line.length--;
      if (line.length === 0) lines.delete(userId);
    }
  };
}
