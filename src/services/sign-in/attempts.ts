/**
 * Limits failed sign-ins, for every sign-in method:
 *
 * - A valid secret is never throttled. Codes and tokens are 256 random bits or a signature, which can't be guessed with
 *   any number of attempts; and many people share one address, and must not be locked out by one of them.
 * - Each wrong secret has its own count: once it was refused ten times within a minute, it is not checked until the
 * next.
 * - It also counts for its sign-in method and address. Beyond a hundred a minute the answer is 429, and the audit log
 * gets
 *   a number instead of a row for each.
 */
import { asPaliadinError } from '../../contract/errors.ts';
import type { BrowserWay } from '../../contract/records/sign-in.ts';
import { tooMany, WindowCounts } from '../window-counts.ts';
import { hashSecret } from './secrets.ts';
import type { SignInEvents } from './sign-in-events.ts';

export interface Attempts {
  /**
   * The owner of the secret, as `find` returns it. `client` is the key that a refusal counts for: one for each client.
   * @throws PaliadinError of `find`, or `rate_limited`
   */
  by<T>(way: BrowserWay, secret: string, client: string, find: () => Promise<T>): Promise<T>;
}

/** `now` gives milliseconds of a clock that only goes forward. */
export function limitAttempts({ deny, omitDenial }: SignInEvents, now: () => number): Attempts {
  const [secrets, clients] = [new WindowCounts(now), new WindowCounts(now)];
  return {
    async by(way, secret, client, find) {
      const ofSecret = `${way} ${hashSecret(secret)}`;
      const before = secrets.read(ofSecret, MINUTE_MS);
      if (before.current >= SAME_SECRET) {
        omitDenial(way);
        throw tooMany(SAME_SECRET, before.ttl);
      }
      try {
        return await find();
      } catch (error) {
        const { code, detail } = asPaliadinError(error, 'internal');
        if (code !== 'unauthenticated') throw error;
        secrets.add(ofSecret, MINUTE_MS);
        const ofClient = `${way} ${client}`;
        const { current, ttl } = clients.add(ofClient, MINUTE_MS);
        if (current > PER_CLIENT) {
          omitDenial(way);
          throw tooMany(PER_CLIENT, ttl);
        }
        deny(ofClient, { kind: 'sign-in-denied', userId: null, way, reason: detail ?? code });
        throw error;
      }
    },
  };
}

const MINUTE_MS = 60_000;
/** For a program that repeats a refused secret. */
const SAME_SECRET = 10;
/** More than a whole office of people with old links sends. */
const PER_CLIENT = 100;
