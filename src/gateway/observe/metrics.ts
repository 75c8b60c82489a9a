/** The metrics for Prometheus. Their names and labels are Paliadin's own; they contain no user, no turn and no text. */
import pTimeout from 'p-timeout';
import type { Hosts } from '../../backend/hosts.ts';
import type { Turn } from '../../contract/records/turn.ts';
import type { ServerMetrics } from '../../http/server-metrics.ts';
import type { SignInEvent } from '../../services/sign-in/sign-in-event.ts';
import type { WebhookAttempt } from '../../services/webhooks/webhooks.ts';
import type { Store } from '../../store/store.ts';
import { measureEventLoop } from './event-loop.ts';

export interface Metrics extends ServerMetrics {
  turnEnded(turn: Turn): void;
  stored(operation: string, ms: number, failed: boolean): void;
  signIn(event: SignInEvent): void;
  webhookTried(attempt: WebhookAttempt): void;
  toolCalled(call: { outcome: string; ms: number }): void;
  /** Sources that are read when the metrics are scraped. */
  watch(parts: {
    store: Pick<Store, 'turns' | 'webhooks'>;
    hosts: Pick<Hosts, 'all' | 'standing'>;
    tellsApplication: boolean;
  }): void;
}

export async function createMetrics(version: string): Promise<Metrics> {
  // Loaded here: commands other than the gateway have no use for it.
  const { Registry, Counter, Gauge, Histogram, collectDefaultMetrics } = await import('prom-client');
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const info = new Gauge({ name: 'paliadin_info', help: 'Which version runs', labelNames: ['version'], registers });
  info.set({ version }, 1);
  const turns = new Counter({
    name: 'paliadin_turns_total',
    help: 'Turns that ended, by how, and by error code (none: empty)',
    labelNames: ['status', 'code'],
    registers,
  });
  const stages = new Histogram({
    name: 'paliadin_turn_stage_seconds',
    help: 'How long the stages of turns took: queued, delivering (to the first text), answering; first_text and total from acceptance',
    labelNames: ['stage'],
    buckets: TURN_BUCKETS,
    registers,
  });
  const open = new Gauge({
    name: 'paliadin_turns_open',
    help: 'Turns that have not ended',
    labelNames: ['status'],
    registers,
  });
  const host = new Gauge({
    name: 'paliadin_host_up',
    help: 'Whether a host answers',
    labelNames: ['host', 'backend', 'mode'],
    registers,
  });
  const panes = new Gauge({
    name: 'paliadin_panes',
    help: 'Terminals of agents that live',
    labelNames: ['host', 'state'],
    registers,
  });
  const room = new Gauge({
    name: 'paliadin_host_panes_free',
    help: 'How many more terminals of agents may live on a host, as it told last',
    labelNames: ['host'],
    registers,
  });
  const memory = new Gauge({
    name: 'paliadin_host_memory_free_bytes',
    help: 'Memory that programs on a host can still get, as it told last',
    labelNames: ['host'],
    registers,
  });
  const draining = new Gauge({
    name: 'paliadin_host_draining',
    help: 'Whether a host takes no new sessions',
    labelNames: ['host'],
    registers,
  });
  const storeSeconds = new Histogram({
    name: 'paliadin_store_seconds',
    help: 'How long the database took',
    labelNames: ['operation'],
    buckets: STORE_BUCKETS,
    registers,
  });
  const storeFailures = new Counter({
    name: 'paliadin_store_failures_total',
    help: 'Calls of the database that failed',
    labelNames: ['operation'],
    registers,
  });
  const http = new Histogram({
    name: 'paliadin_http_seconds',
    help: 'How long requests took; those of event streams are as long as the stream',
    labelNames: ['method', 'route', 'status'],
    buckets: HTTP_BUCKETS,
    registers,
  });
  const streams = new Gauge({ name: 'paliadin_event_streams', help: 'Event streams that are open', registers });
  const signIns = new Counter({
    name: 'paliadin_sign_ins_total',
    help: 'Sign-ins, those refused, and sign-outs',
    labelNames: ['kind', 'way'],
    registers,
  });
  const webhooks = new Counter({
    name: 'paliadin_webhook_attempts_total',
    help: 'Attempts to tell the application: delivered, failed (tried again), given_up',
    labelNames: ['result'],
    registers,
  });
  const webhooksWaiting = new Gauge({
    name: 'paliadin_webhooks_waiting',
    help: 'Webhooks that are to be delivered yet; failing: the last attempt failed',
    labelNames: ['state'],
    registers,
  });
  const webhooksOldest = new Gauge({
    name: 'paliadin_webhook_oldest_waiting_seconds',
    help: 'How long ago the oldest webhook occurred that waits; 0: none waits',
    registers,
  });
  const toolCalls = new Histogram({
    name: 'paliadin_app_tool_seconds',
    help: 'How long calls of the application’s tools took, a person’s decision included, by how they ended',
    labelNames: ['outcome'],
    buckets: TOOL_BUCKETS,
    registers,
  });
  const eventLoop = new Gauge({
    name: 'paliadin_event_loop_delay_seconds',
    help: 'How late the event loop was, by quantile, since the metrics were read before; quantile 1 is the worst',
    labelNames: ['quantile'],
    registers,
  });
  const loopDelay = measureEventLoop();
  streams.set(0);
  let look: () => Promise<void> = async () => undefined;

  return {
    contentType: registry.contentType,
    async text() {
      await look();
      for (const [quantile, seconds] of loopDelay.take()) eventLoop.set({ quantile }, seconds);
      return await registry.metrics();
    },
    answered: ({ method, route, status, ms }) => http.observe({ method, route, status }, ms / 1000),
    streams: (count) => streams.set(count),
    stored(operation, ms, failed) {
      storeSeconds.observe({ operation }, ms / 1000);
      if (failed) storeFailures.inc({ operation });
    },
    signIn: ({ kind, way }) => signIns.inc({ kind, way }),
    webhookTried({ why, againInMs }) {
      webhooks.inc({ result: why === null ? 'delivered' : againInMs === null ? 'given_up' : 'failed' });
    },
    toolCalled: ({ outcome, ms }) => toolCalls.observe({ outcome }, ms / 1000),
    turnEnded(turn) {
      turns.inc({ status: turn.status, code: turn.errorCode ?? '' });
      for (const [stage, ms] of stagesOf(turn)) stages.observe({ stage }, ms / 1000);
    },
    watch({ store, hosts, tellsApplication }) {
      look = async () => {
        // A value that can't be read now is left out; the others are reported.
        const asked = hosts.all().filter(({ refusal }) => refusal() === null);
        const [all, summary, found] = await Promise.all([
          store.turns.openStates().catch(() => null),
          tellsApplication ? store.webhooks.summary().catch(() => null) : null,
          Promise.all(
            asked.map((backend) => pTimeout(backend.sessions(), { milliseconds: LOOK_MS }).catch(() => null)),
          ),
        ]);
        webhooksWaiting.reset();
        if (summary !== null) {
          const { waiting, failing, oldestWaitingAt } = summary;
          webhooksWaiting.set({ state: 'due' }, waiting - failing);
          webhooksWaiting.set({ state: 'failing' }, failing);
          webhooksOldest.set(oldestWaitingAt === null ? 0 : Math.max(0, (Date.now() - oldestWaitingAt) / 1000));
        }
        open.reset();
        for (const status of OPEN) open.set({ status }, all?.filter((turn) => turn.status === status).length ?? 0);
        for (const gauge of [panes, host, room, memory, draining]) gauge.reset();
        for (const [index, { host: name, kind, identity }] of asked.entries()) {
          const mode = identity()?.protocol === 0 ? 'verbs' : 'channel';
          const live = found[index]?.filter((session) => session.live);
          const standing = hosts.standing(name);
          host.set({ host: name, backend: kind, mode }, live === undefined ? 0 : 1);
          panes.set({ host: name, state: 'answering' }, live?.filter(({ running }) => running !== null).length ?? 0);
          panes.set({ host: name, state: 'idle' }, live?.filter(({ running }) => running === null).length ?? 0);
          draining.set({ host: name }, standing.draining ? 1 : 0);
          if (standing.room === null) continue;
          room.set({ host: name }, standing.room.panes);
          memory.set({ host: name }, standing.room.memory);
        }
      };
    },
  };
}

/** From the times of the audit row; a stage that was not reached is left out. */
function stagesOf({ startedAt, deliveredAt, firstChunkAt, finishedAt }: Turn): [stage: string, ms: number][] {
  const stages: [string, number | null, number | null][] = [
    ['queued', startedAt, deliveredAt],
    ['delivering', deliveredAt, firstChunkAt],
    ['answering', firstChunkAt, finishedAt],
    ['first_text', startedAt, firstChunkAt],
    ['total', startedAt, finishedAt],
  ];
  return stages.flatMap(([stage, from, to]) => (from === null || to === null ? [] : [[stage, Math.max(0, to - from)]]));
}

const OPEN = ['queued', 'delivering', 'running', 'waiting'] as const;

// A scraper waits ten seconds by default; a host that is away must not make it miss the other metrics.
const LOOK_MS = 2000;

// In seconds. An answer takes from a fraction of a second (the demo agent) to half an hour.
const TURN_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 600, 1800];
// From a tool that looks something up to a person who is asked first.
const TOOL_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600];
const STORE_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const HTTP_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
