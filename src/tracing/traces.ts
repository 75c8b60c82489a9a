/** Sends spans to an OpenTelemetry collector. A span of a turn contains only how long it took, and how it ended. */
import type { Attributes, Span as OpenSpan } from '@opentelemetry/api';
import pTimeout from 'p-timeout';

export interface Traces {
  record(span: FinishedSpan): void;
  /** Sends the remaining spans, if the collector accepts them at once. */
  close(): Promise<void>;
}

/** Times are UTC milliseconds. */
export interface FinishedSpan {
  name: string;
  traceId: string;
  /** Its own id, if it has to be known beforehand. */
  spanId?: string;
  parentId: string | null;
  from: number;
  to: number;
  failed: boolean;
  attributes: Attributes;
  events?: { name: string; at: number }[];
}

/**
 * `env` has `OTEL_EXPORTER_OTLP_ENDPOINT`, and other variables that the exporter reads. Null if the endpoint is not
 * set.
 */
export async function openTraces(
  env: NodeJS.ProcessEnv,
  service: { name: string; version: string },
): Promise<Traces | null> {
  if (!env.OTEL_EXPORTER_OTLP_ENDPOINT && !env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return null;
  // Loaded only with a collector: it is as much code as all of ours.
  const [{ ROOT_CONTEXT, SpanStatusCode, TraceFlags, trace }, { OTLPTraceExporter }, { resourceFromAttributes }, sdk] =
    await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/sdk-trace'),
    ]);
  const random = new sdk.RandomIdGenerator();
  let next: { traceId: string; spanId: string | undefined } | null = null;
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service.name, 'service.version': service.version }),
    idGenerator: {
      generateTraceId: () => next?.traceId ?? random.generateTraceId(),
      generateSpanId: () => next?.spanId ?? random.generateSpanId(),
    },
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter(), scheduledDelayMillis: DELAY_MS })],
  });
  const tracer = provider.getTracer(service.name, service.version);

  function start({ name, traceId, spanId, parentId, from, attributes }: FinishedSpan): OpenSpan {
    const parent = { traceId, spanId: parentId ?? '', traceFlags: TraceFlags.SAMPLED, isRemote: true };
    const context = parentId === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
    next = { traceId, spanId };
    try {
      return tracer.startSpan(name, { startTime: from, attributes }, context);
    } finally {
      next = null;
    }
  }

  return {
    record(finished) {
      const span = start(finished);
      for (const { name, at } of finished.events ?? []) span.addEvent(name, at);
      if (finished.failed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(finished.to);
    },
    async close() {
      await pTimeout(provider.shutdown(), { milliseconds: LAST_MS }).catch(() => undefined);
    },
  };
}

// The exporter itself would retry for longer than a shutdown may take.
const LAST_MS = 1500;

// A trace that somebody waits for should arrive soon; still, one request carries many spans.
const DELAY_MS = 1000;
