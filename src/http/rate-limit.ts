/** How much one user, or one address that is not signed in, may ask of the server. */
import rateLimit from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import { tooMany } from '../services/window-counts.ts';
import { clientKey } from './client-address.ts';
import { countsBy } from './counts.ts';
import type { App, ServerOptions } from './options.ts';

export interface RateLimit {
  /** Counts a request for the user whom it has just signed in. @throws PaliadinError `rate_limited` */
  ofUser(request: FastifyRequest, userId: string): Promise<void>;
}

export async function limitRate(app: App, options: Pick<ServerOptions, 'rateLimit'>): Promise<RateLimit> {
  await app.register(rateLimit, { global: false, store: countsBy(() => performance.now()) });
  const counting = new WeakMap<FastifyRequest, string>();
  const limit = (keyGenerator: (request: FastifyRequest) => string) =>
    app.createRateLimit({ max: options.rateLimit, timeWindow: MINUTE_MS, keyGenerator });
  // Each has counts of its own: addresses without end can't use up what there is for users, nor can whoever
  // presents what is refused use it up for those behind the same address who present nothing yet.
  const ofUsers = limit((request) => counting.get(request) ?? request.identity?.user.id ?? '');
  const ofStrangers = limit(clientKey);
  const ofRefused = limit(clientKey);

  app.addHook('onRequest', async (request) => {
    const { unlimited, signsIn } = request.routeOptions.config;
    // Sign-in counts by itself what is refused, and for whom: `services/sign-in/attempts.ts`.
    if (unlimited === true || signsIn === true) return;
    const count = request.identity !== null ? ofUsers : presentsSomething(request) ? ofRefused : ofStrangers;
    refuseIfExceeded(await count(request));
  });
  return {
    async ofUser(request, userId) {
      counting.set(request, userId);
      refuseIfExceeded(await ofUsers(request));
    },
  };
}

/** Where nobody looks at what is presented, it counts for nothing. */
function presentsSomething({ headers, turnedAway, routeOptions }: FastifyRequest): boolean {
  return turnedAway !== null || (headers.authorization !== undefined && routeOptions.config.open !== true);
}

const MINUTE_MS = 60_000;

type Count = Awaited<ReturnType<ReturnType<App['createRateLimit']>>>;

function refuseIfExceeded(count: Count): void {
  if (count.isAllowed || !count.isExceeded) return;
  throw tooMany(count.max, count.ttl);
}
