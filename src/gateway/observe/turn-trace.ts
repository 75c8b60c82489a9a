/** A turn's spans on the gateway's side, from the times of its audit row. */

import type { Backend } from '../../backend/backend.ts';
import type { Turn } from '../../contract/records/turn.ts';
import { traceOf } from '../../contract/trace.ts';
import type { FinishedSpan, Traces } from '../../tracing/traces.ts';

/** The same backend, which also passes a turn's trace on to its host. */
export function handingOnTraces(backend: Backend): Backend {
  return {
    ...backend,
    run: (prompt, onUpdate, options) =>
      backend.run({ ...prompt, traceparent: traceOf(prompt.turnId).traceparent }, onUpdate, options),
  };
}

/** `events`: the steps that the turn reached in this process. */
export function recordTurn({ record }: Traces, turn: Turn, events: FinishedSpan['events'] = []): void {
  const { turnId, startedAt, deliveredAt, firstChunkAt } = turn;
  const { traceId, spanId } = traceOf(turnId);
  const finishedAt = turn.finishedAt ?? startedAt;
  record({
    name: 'turn',
    traceId,
    spanId,
    parentId: null,
    from: startedAt,
    to: finishedAt,
    failed: turn.errorCode !== null,
    events,
    attributes: {
      'paliadin.turn': turnId,
      'paliadin.session': turn.agentSession,
      'paliadin.host': turn.host,
      'paliadin.status': turn.status,
      'paliadin.code': turn.errorCode ?? '',
    },
  });
  for (const [name, from, to] of [
    ['queued', startedAt, deliveredAt],
    ['delivering', deliveredAt, firstChunkAt ?? finishedAt],
    ['answering', firstChunkAt, finishedAt],
  ] as const) {
    if (from === null || to === null) continue;
    record({ name, traceId, parentId: spanId, from, to: Math.max(from, to), failed: false, attributes: {} });
  }
}
