/** One turn with all its waits: the steps of gateway and host, as a collector of traces gets them, and the client's. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { until } from '../../test/support/until.ts';
import type { FastClient } from './fast-client.ts';
import { distribution, type Finding } from './report.ts';

/** UTC milliseconds, with fractions, of each step that the turn reached, in order. */
export type Steps = [name: string, at: number][];

export interface TimedTurn {
  turnId: string;
  steps: Steps;
}

export interface StepCollector extends AsyncDisposable {
  /** For the gateway. */
  env: Record<string, string>;
  /** Of gateway and host, once they have sent them: about a second later. */
  stepsOf(turnId: string): Promise<Steps>;
}

interface Span {
  traceId: string;
  name: string;
  events: { name: string; timeUnixNano: string }[];
}

export async function collectSteps(): Promise<StepCollector> {
  const spans: Span[] = [];
  const server = createServer(async (request, response) => {
    const { resourceSpans } = (await json(request)) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
    spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    async stepsOf(turnId) {
      const traceId = turnId.replaceAll('-', '');
      const found = await until('the spans of gateway and host', () => {
        const own = spans.filter((span) => span.traceId === traceId && WHOLE.includes(span.name));
        return own.length === WHOLE.length && own;
      });
      return found.flatMap(({ events }) =>
        events
          .filter(({ name }) => !OF_CLOCKS.includes(name))
          .map(({ name, timeUnixNano }): Steps[number] => [name, Number(BigInt(timeUnixNano) / 1000n) / 1000]),
      );
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Asks, and returns the client's steps and `more`: those of the model or the agent. */
export async function timeTurn(
  client: FastClient,
  question: string,
  more: (turnId: string) => Steps = () => [],
): Promise<TimedTurn> {
  const { timeOrigin } = performance;
  const submitted = performance.now();
  const turnId = await client.ask(question);
  const answered = performance.now();
  const final = await client.heard(turnId, 'finished');
  const text = await client.heard(turnId, 'chunk');
  const own: Steps = [
    ['client: submit', submitted + timeOrigin],
    ['client: 202', answered + timeOrigin],
    ['client: first text', text + timeOrigin],
    ['client: final event', final + timeOrigin],
    ...more(turnId),
  ];
  return { turnId, steps: own };
}

/** Steps in the order of their medians, each with its time since the question was submitted. */
export async function waterfall(timed: TimedTurn[], collector: StepCollector): Promise<Finding[]> {
  const turns = await Promise.all(
    timed.map(async ({ turnId, steps }) => [...steps, ...(await collector.stepsOf(turnId))]),
  );
  const samples = new Map<string, number[]>();
  for (const steps of turns) {
    const begin = steps.find(([name]) => name === 'client: submit')?.[1] ?? 0;
    for (const [name, at] of steps) samples.set(name, [...(samples.get(name) ?? []), at - begin]);
  }
  const rows = [...samples]
    .filter(([, times]) => times.length >= turns.length / 2)
    .map(([name, times]) => distribution(name, times))
    .toSorted((one, other) => one.p50 - other.p50);
  return rows.map((row, at) => ({ ...row, limit: `+${(row.p50 - (rows[at - 1]?.p50 ?? 0)).toFixed(2)}` }));
}

const WHOLE = ['turn', 'host turn'];
/** They are of a clock that counts whole milliseconds. */
const OF_CLOCKS = ['the agent has it', 'first text'];
