/**
 * Keeps the picture up to date: loads the newest history, then follows the event stream from exactly
 * there, and does both again whenever the line was gone. While a stream brings nothing, the history is asked for in its place.
 */

import type { EventStream, StreamHandlers } from '../../client/event-stream.ts';
import type { HistoryPage, StreamedEvent } from '../../contract/api.ts';
import { type Connection, keepStream } from '../kept-stream.ts';
import type { NumberedEvent } from './state.ts';

export interface ConnectionDeps {
  /** The newest of the history: so many turns, or as many as a page shows. */
  load(limit?: number): Promise<{ page: HistoryPage; serverTime: number | null }>;
  /** All events after this one. */
  follow(after: number, handlers: StreamHandlers): EventStream;
  onLoaded(page: HistoryPage, serverTime: number | null): void;
  onEvents(events: readonly NumberedEvent[]): void;
  onState(state: Connection): void;
  /** Asked about every failure to load; true ends the attempts. */
  isFinal(error: unknown): boolean;
  /** Somebody who looks elsewhere wants to be told of an answer: the page then keeps its connection. */
  isAwaited(): boolean;
  /** A question is under way: what comes of it is waited for. */
  isBusy(): boolean;
  now(): number;
  random(): number;
}

/** Starts at once. The result ends it. */
export function connect(deps: ConnectionDeps): () => void {
  const queue = eventQueue(deps.onEvents);
  /** While the stream is silent. */
  let polledAt = Number.NEGATIVE_INFINITY;

  return keepStream({
    load: () => deps.load(),
    open({ page, serverTime }, handlers) {
      polledAt = Number.NEGATIVE_INFINITY;
      deps.onLoaded(page, serverTime);
      return deps.follow(page.cursor, handlers);
    },
    onMessage({ type, id, data }) {
      if (EVENT_TYPES.has(type)) queue.add({ id: Number(id), event: JSON.parse(data) as StreamedEvent });
    },
    onOpen() {
      polledAt = Number.NEGATIVE_INFINITY;
    },
    async poll() {
      if (!deps.isBusy() && deps.now() - polledAt < IDLE_POLL_MS) return null;
      polledAt = deps.now();
      const { page, serverTime } = await deps.load(POLLED_TURNS);
      return () => deps.onLoaded(page, serverTime);
    },
    pollMs: POLL_MS,
    onClose: queue.flush,
    onState: deps.onState,
    isFinal: deps.isFinal,
    isAwaited: deps.isAwaited,
    now: deps.now,
    random: deps.random,
  });
}

/**
 * Hands on what arrives at once, and what comes within the same frame after it together, so that a burst is drawn once.
 * A hidden page has no frames.
 */
function eventQueue(deliver: (events: readonly NumberedEvent[]) => void) {
  let waiting: NumberedEvent[] = [];
  let frame: number | undefined;
  let timer: number | undefined;

  const flush = () => {
    if (frame !== undefined) cancelAnimationFrame(frame);
    window.clearTimeout(timer);
    frame = undefined;
    const events = waiting;
    waiting = [];
    if (events.length === 0) return;
    frame = requestAnimationFrame(flush);
    timer = window.setTimeout(flush, FRAME_AT_LATEST_MS);
    deliver(events);
  };

  const add = (event: NumberedEvent) => {
    waiting.push(event);
    if (frame === undefined) flush();
  };

  return { add, flush };
}

/** A newer gateway may tell of more. */
const EVENT_TYPES: ReadonlySet<string> = new Set([
  'accepted',
  'queued',
  'delivering',
  'running',
  'chunk',
  'tool',
  'approval',
  'approval-closed',
  'decided',
  'presence',
  'changed',
  'notice',
  'finished',
  'late',
  'feedback',
  'reset',
  'conversation',
] as const satisfies StreamedEvent['type'][]);

/** An answer that grows in such steps still reads as one that grows. */
const POLL_MS = 2000;
/** Where nothing is under way there is only another tab to hear of. */
const IDLE_POLL_MS = 15_000;
/** More than may wait in a queue, and far less than a screen of long answers every time. */
const POLLED_TURNS = 10;
const FRAME_AT_LATEST_MS = 100;
