/**
 * Limits the requests of one user, or of one address that is not signed in. Users are counted over all gateways that share
 * the store; addresses are counted by each gateway, so that a flood of strangers writes nothing.
 */
import rateLimit from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import { tooMany } from '../services/window-counts.ts';
import { clientKey } from './client-address.ts';
import { countsBy } from './counts.ts';
import type { App, ServerOptions } from './options.ts';

export interface RateLimit {
  /** Counts a request for the user that it has just signed in. @throws PaliadinError `rate_limited` */
  ofUser(userId: string): Promise<void>;
}

export async function limitRate(
  app: App,
  { rateLimit: max, services }: Pick<ServerOptions, 'rateLimit' | 'services'>,
): Promise<RateLimit> {
  await app.register(rateLimit, { global: false, store: countsBy(() => performance.now()) });
  const limit = () => app.createRateLimit({ max, timeWindow: MINUTE_MS, keyGenerator: clientKey });
  // Each group has counters of its own: many addresses can't use up the room for users, and clients whose credentials
  // are refused can't use up the limit of others behind the same address who present none yet.
  const ofStrangers = limit();
  const ofRefused = limit();
  const ofUser = async (userId: string) => {
    const { current, ttl } = await services.requestCounts.add(userId, MINUTE_MS);
    if (current > max) throw tooMany(max, ttl);
  };

  app.addHook('onRequest', async (request) => {
    const { unlimited, signsIn } = request.routeOptions.config;
    // Sign-in counts its refusals itself, by client: `services/sign-in/attempts.ts`.
    if (unlimited === true || signsIn === true) return;
    if (request.identity !== null) return await ofUser(request.identity.user.id);
    const count = presentsSomething(request) ? ofRefused : ofStrangers;
    refuseIfExceeded(await count(request));
  });
  return { ofUser };
}

/** On routes where credentials are not checked, presenting some makes no difference. */
function presentsSomething({ headers, turnedAway, routeOptions }: FastifyRequest): boolean {
  return turnedAway !== null || (headers.authorization !== undefined && routeOptions.config.open !== true);
}

const MINUTE_MS = 60_000;

type Count = Awaited<ReturnType<ReturnType<App['createRateLimit']>>>;

function refuseIfExceeded(count: Count): void {
  if (count.isAllowed || !count.isExceeded) return;
  throw tooMany(count.max, count.ttl);
}
