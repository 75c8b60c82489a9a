/**
 * A turn as a trace, where tracing is on. Its ids derive from the turn's id, so that the trace can be found from the
 * turn.
 */

export interface TurnTrace {
  /** The turn's id without hyphens. */
  traceId: string;
  /** Span id of the turn itself. */
  spanId: string;
  /** In the W3C format. */
  traceparent: string;
}

export function traceOf(turnId: string): TurnTrace {
  const traceId = turnId.replaceAll('-', '');
  const spanId = traceId.slice(0, 16);
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

/** The ids of a `traceparent`; null where it is not valid, or its trace is not recorded. */
export function readTraceparent(traceparent: string): Pick<TurnTrace, 'traceId' | 'spanId'> | null {
  const [, traceId, spanId] = TRACEPARENT.exec(traceparent) ?? [];
  return traceId === undefined || spanId === undefined ? null : { traceId, spanId };
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/;
