/** A turn as a trace, for those who keep some: its ids follow from the turn's, so that whoever knows the turn finds it. */

export interface TurnTrace {
  /** The turn's id without hyphens. */
  traceId: string;
  /** Of the span that is the turn itself. */
  spanId: string;
  /** As the W3C writes it. */
  traceparent: string;
}

export function traceOf(turnId: string): TurnTrace {
  const traceId = turnId.replaceAll('-', '');
  const spanId = traceId.slice(0, 16);
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

/** The ids of a `traceparent`; null where it is none, or its trace is not recorded. */
export function readTraceparent(traceparent: string): Pick<TurnTrace, 'traceId' | 'spanId'> | null {
  const [, traceId, spanId] = TRACEPARENT.exec(traceparent) ?? [];
  return traceId === undefined || spanId === undefined ? null : { traceId, spanId };
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/;
