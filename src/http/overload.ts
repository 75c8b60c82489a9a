/** Refuses requests early when the process is overloaded. */
import { totalmem } from 'node:os';
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
    healthCheck: async () => inUse() < limits.memoryBytes,
    healthCheckInterval: MEMORY_EVERY_MS,
    // `unlimited` routes have to answer even then: they show whether the process is alive.
    pressureHandler: async (request, reply, _kind, value) => {
      if (request.routeOptions.config.unlimited === true) return;
      // Infinity means "not measured": the process was suspended for a whole sample. It runs now.
      if (value === Number.POSITIVE_INFINITY) return;
      reply.header('retry-after', RETRY_AFTER_S);
      throw withStatus(503, new PaliadinError('rate_limited', 'the server is overloaded'));
    },
  });
}

const defaults: OverloadLimits = {
  // Ten seconds with next to no progress of the event loop: more than a slow disk, or a laptop that is busy with
  // something else, causes.
  eventLoopDelayMs: 10_000,
  // Beyond this, nothing but the garbage collector runs.
  heapShare: 0.9,
  // Many times what a busy gateway needs, and below the point where the system would kill the process.
  memoryBytes: Math.min(2 ** 30, Math.min(totalmem(), process.constrainedMemory() || Infinity) / 2),
};

/** Responses being sent are outside of the heap. The resident set shrinks only long after memory is freed. */
function inUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const MEMORY_EVERY_MS = 250;

const RETRY_AFTER_S = 5;
