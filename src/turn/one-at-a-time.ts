/** Runs expensive work once at a time for each user. A user who asks for more than a few at once is refused. */
import pLimit, { type LimitFunction } from 'p-limit';
import { PaliadinError } from '../contract/errors.ts';

/** @throws PaliadinError `rate_limited` */
export function oneAtATime(mostWaiting: number): <T>(userId: string, work: () => Promise<T>) => Promise<T> {
  const limits = new Map<string, LimitFunction>();
  return async (userId, work) => {
    const limit = limits.get(userId) ?? pLimit(1);
    const underWay = limit.activeCount + limit.pendingCount;
    if (underWay > mostWaiting) {
      throw new PaliadinError('rate_limited', `${underWay} of these are already running; wait for one of them to end`);
    }
    limits.set(userId, limit);
    try {
      return await limit(work);
    } finally {
      if (limit.activeCount + limit.pendingCount === 0) limits.delete(userId);
    }
  };
}
