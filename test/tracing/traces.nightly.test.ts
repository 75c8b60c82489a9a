/** Traces of a turn across gateway and host, as a collector gets them. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';
import { readTraceparent, traceOf } from '../../src/contract/trace.ts';
import { openTraces } from '../../src/tracing/traces.ts';
import { startLaptop } from '../support/laptop.ts';
import { until } from '../support/until.ts';
import { gatewayForTest, useGateway } from '../support/use-gateway.ts';

interface Span {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  status: { code?: number };
  attributes: { key: string; value: { stringValue?: string } }[];
  events: { name: string }[];
}

const spans: Span[] = [];
let received = '';
const collector = createServer(async (request, response) => {
  const body = await text(request);
  received += body;
  expect([request.method, request.url]).toEqual(['POST', '/v1/traces']);
  for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans) {
    const named = resource.attributes.find(({ key }: { key: string }) => key === 'service.name');
    for (const scope of scopeSpans) {
      for (const span of scope.spans) spans.push({ ...span, service: named.value.stringValue });
    }
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
});
collector.listen(0, '127.0.0.1');
await once(collector, 'listening');
afterAll(() => {
  collector.closeAllConnections();
  collector.close();
});
const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}` };
const gateway = useGateway({ env });

/** A turn's spans by name, once all of them are there. */
async function spansOf(turnId: string, count: number): Promise<Record<string, Span>> {
  const { traceId } = traceOf(turnId);
  const all = await until(`${count} spans`, () => {
    const found = spans.filter((span) => span.traceId === traceId);
    return found.length >= count && found;
  });
  expect(all).toHaveLength(count);
  return Object.fromEntries(all.map((span) => [span.name, span]));
}

/** In the order in which each turn reaches them. */
const HOST_STEPS = [
  'at the host',
  'agent ready',
  'delivery in the journal',
  'pasted',
  'the box has it',
  'Enter pressed',
  'end seen',
  'end in the journal',
];

const attribute = (span: Span | undefined, key: string) =>
  span?.attributes.find((each) => each.key === key)?.value.stringValue;

test('a turn is one trace with ids derived from the turn id: gateway stages and host spans', async () => {
  const anna = await gateway().as('anna');
  const { turnId } = await anna.answer('demo echo a secret word');
  const found = await spansOf(turnId, 5);
  expect(Object.keys(found).sort()).toEqual(['answering', 'delivering', 'host turn', 'queued', 'turn']);
  const { turn, 'host turn': host, ...stages } = found;
  expect(turn?.parentSpanId ?? '').toBe('');
  expect(turn?.spanId).toBe(traceOf(turnId).spanId);
  expect([turn?.service, host?.service]).toEqual(['paliadin', 'paliadin-host']);
  for (const span of [host, ...Object.values(stages)]) expect(span?.parentSpanId).toBe(turn?.spanId);
  expect(attribute(turn, 'paliadin.turn')).toBe(turnId);
  expect(attribute(turn, 'paliadin.status')).toBe('completed');
  const names = (span: Span | undefined) => span?.events.map(({ name }) => name);
  expect(names(host)).toEqual(expect.arrayContaining(['the agent has it', 'first text']));
  expect(names(turn)).toEqual([
    'accepted, on disk',
    'taken up',
    'sent to the host',
    'the host has told the end',
    'the end is on disk',
  ]);
  expect(names(host)?.filter((name) => HOST_STEPS.includes(name))).toEqual(HOST_STEPS);
  expect(BigInt(host?.startTimeUnixNano ?? 0)).toBeGreaterThanOrEqual(BigInt(turn?.startTimeUnixNano ?? 0));
  expect(BigInt(host?.endTimeUnixNano ?? 0)).toBeLessThanOrEqual(BigInt(turn?.endTimeUnixNano ?? 0));
  expect(received).not.toContain('secret');
  expect(received).not.toContain('anna');
});

test('the trace of a failed turn has its error code', async () => {
  const { turnId } = await (await gateway().as('ben')).answer('demo limit');
  const { turn, 'host turn': host } = await spansOf(turnId, 4);
  for (const span of [turn, host]) {
    expect(span?.status.code).toBe(2);
    expect(attribute(span, 'paliadin.code')).toBe('agent_limit');
  }
});

test('a host behind ssh sends its spans, with the collector in its own settings', async () => {
  const laptop = await startLaptop();
  afterAll(() => laptop.dispose());
  laptop.setHostEnv(env);
  const remote = await gatewayForTest({ laptop, env });
  const { turnId } = await (await remote.as('carl')).answer('demo at once');
  const { turn, 'host turn': host } = await spansOf(turnId, 5);
  expect([host?.service, host?.parentSpanId]).toEqual(['paliadin-host', turn?.spanId]);
});

test('an unreachable collector delays nothing', async () => {
  const lonely = await gatewayForTest({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' } });
  expect(await (await lonely.as('dora')).answer('demo at once')).toMatchObject({ status: 'completed' });
  const from = performance.now();
  expect(await lonely.end('SIGTERM')).toBe(0);
  expect(performance.now() - from).toBeLessThan(8000);
});

test('without a collector nothing is recorded, and a malformed trace context is ignored', async () => {
  expect(await openTraces({}, { name: 'x', version: '1' })).toBeNull();
  const { traceparent, traceId, spanId } = traceOf('39152504-4154-4a41-92f6-60d5456892f2');
  expect(traceparent).toBe('00-3915250441544a4192f660d5456892f2-3915250441544a41-01');
  expect(readTraceparent(traceparent)).toEqual({ traceId, spanId });
  for (const none of [
    '',
    traceparent.toUpperCase(),
    `${traceparent}-x`,
    traceparent.replace(/01$/, '00'),
    `x${traceparent}`,
  ]) {
    expect(readTraceparent(none)).toBeNull();
  }
});
