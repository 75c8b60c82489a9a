/** Says no early where saying yes would take too long. */
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
    // `unlimited` is what has to answer above all: whether the process lives.
    pressureHandler: async (request, reply, _kind, value) => {
      if (request.routeOptions.config.unlimited === true) return;
      // What stands for "not measured": the process slept through a whole sample. It is awake now.
      if (value === Number.POSITIVE_INFINITY) return;
      reply.header('retry-after', RETRY_AFTER_S);
      throw withStatus(503, new PaliadinError('rate_limited', 'the server is overloaded'));
    },
  });
}

const defaults: OverloadLimits = {
  // Ten seconds with next to no turn of the loop: more than a slow disk or a laptop that is busy with
  // something else does to us.
  eventLoopDelayMs: 10_000,
  // Beyond this the garbage collector is all that still runs.
  heapShare: 0.9,
  // Many times what a busy gateway needs, and never what would have the system end us.
  memoryBytes: Math.min(2 ** 30, Math.min(totalmem(), process.constrainedMemory() || Infinity) / 2),
};

/** Answers on their way are outside of the heap. What the system counts as ours shrinks only long after it is free. */
function inUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const MEMORY_EVERY_MS = 250;

const RETRY_AFTER_S = 5;
