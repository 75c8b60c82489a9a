/** Says no early where saying yes would take too long: under load, and on the way out. */
import { getHeapStatistics } from 'node:v8';
import underPressure from '@fastify/under-pressure';
import { PaliadinError } from '../contract/errors.ts';
import { withStatus } from './errors.ts';
import type { App, OverloadLimits, ServerOptions } from './options.ts';

export async function refuseWhenOverloaded(app: App, options: Pick<ServerOptions, 'overloadLimits'>): Promise<void> {
  const limits: OverloadLimits = { ...defaults, ...options.overloadLimits };
  await app.register(underPressure, {
    maxEventLoopDelay: limits.eventLoopDelayMs,
    maxHeapUsedBytes: Math.round(getHeapStatistics().heap_size_limit * limits.heapShare),
    sampleInterval: 1000,
    // `unlimited` is what has to answer above all: whether the process lives.
    pressureHandler: async (request, reply) => {
      if (request.routeOptions.config.unlimited === true) return;
      reply.header('retry-after', RETRY_AFTER_S);
      throw withStatus(503, new PaliadinError('rate_limited', 'the server is overloaded'));
    },
  });
}

export function refuseWhenClosing(app: App): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onRequest', async (_request, reply) => {
    if (!closing) return;
    reply.header('retry-after', RETRY_AFTER_S);
    throw withStatus(503, new PaliadinError('internal', 'the server is being stopped'));
  });
}

const defaults: OverloadLimits = {
  // Half a second on average is ten times what a slow disk does to us.
  eventLoopDelayMs: 500,
  // Beyond this the garbage collector is all that still runs.
  heapShare: 0.9,
};

const RETRY_AFTER_S = 5;
