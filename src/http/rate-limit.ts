/** How much one user, or one address that is not signed in, may ask of the server. */
import rateLimit from '@fastify/rate-limit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PaliadinError } from '../contract/errors.ts';
import { countsBy } from './counts.ts';
import type { App, ServerOptions } from './options.ts';

export async function limitRate(app: App, options: Pick<ServerOptions, 'rateLimit'>): Promise<void> {
  await app.register(rateLimit, { global: false, store: countsBy(() => performance.now()) });
  const count = app.createRateLimit({
    max: options.rateLimit,
    timeWindow: MINUTE_MS,
    keyGenerator: (request) => request.identity?.user.id ?? request.ip,
  });
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.unlimited === true) return;
    refuseIfExceeded(await count(request), reply);
  });
}

/**
 * Counts failures of one address. `check` before the attempt refuses once there were too many; `failed`
 * after it counts one.
 */
export function limitFailures(app: App, max: number) {
  const count = app.createRateLimit({ max, timeWindow: MINUTE_MS });
  return {
    check: async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      const result = await count(request, { increment: false });
      refuseIfExceeded(result.isAllowed ? result : { ...result, isExceeded: result.remaining === 0 }, reply);
    },
    failed: async (request: FastifyRequest): Promise<void> => void (await count(request)),
  };
}

const MINUTE_MS = 60_000;

type Count = Awaited<ReturnType<ReturnType<App['createRateLimit']>>>;

function refuseIfExceeded(count: Count, reply: FastifyReply): void {
  if (count.isAllowed || !count.isExceeded) return;
  reply.header('retry-after', Math.max(1, count.ttlInSeconds));
  throw new PaliadinError('rate_limited', `at most ${count.max} a minute; try again in ${count.ttlInSeconds} s`);
}
