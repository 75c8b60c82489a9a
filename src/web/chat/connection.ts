/**
 * Keeps the picture up to date: loads the newest history, then follows the event stream from exactly
 * there, and does both again whenever the line was gone. While a stream brings nothing, the history is asked for in its place.
 */
import type { HistoryPage, StreamedEvent } from '../../contract/api.ts';
import type { EventStream, StreamHandlers } from '../event-stream.ts';
import { needsProxySignIn } from '../request.ts';
import type { Connection, NumberedEvent } from './state.ts';

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

interface Polling {
  timer?: number;
}

/** Starts at once. The result ends it. */
export function connect(deps: ConnectionDeps): () => void {
  let source: EventStream | null = null;
  let failures = 0;
  let retryTimer: number | undefined;
  let lostTimer: number | undefined;
  /** While the stream is silent, and the page asks in its place. */
  let polling: Polling | null = null;
  let hiddenTimer: number | undefined;
  let hiddenSince: number | null = null;
  let round = 0;
  const queue = eventQueue(deps.onEvents);

  const begin = async () => {
    close();
    const mine = ++round;
    try {
      const { page, serverTime } = await deps.load();
      if (mine !== round) return;
      deps.onLoaded(page, serverTime);
      open(page.cursor);
    } catch (error) {
      if (mine !== round) return;
      if (deps.isFinal(error)) stop();
      else again(error);
    }
  };

  const open = (after: number) => {
    source = deps.follow(after, {
      onOpen: () => {
        failures = 0;
        endPolling();
        found('live');
      },
      onSilent: () => {
        if (polling !== null) return;
        polling = {};
        poll(polling);
      },
      onError: (refused) => {
        if (polling === null) missing();
        // A refused stream is not tried again by itself; a broken one is.
        if (refused) again();
      },
      onMessage: ({ type, id, data }) => {
        if (type === 'reconnect') return comeBack();
        if (EVENT_TYPES.has(type)) queue.add({ id: Number(id), event: JSON.parse(data) as StreamedEvent });
      },
    });
  };

  const poll = async (own: Polling, lastAt = Number.NEGATIVE_INFINITY) => {
    const isDue = deps.isBusy() || deps.now() - lastAt >= IDLE_POLL_MS;
    const askedAt = isDue ? deps.now() : lastAt;
    try {
      const loaded = isDue ? await deps.load(POLLED_TURNS) : null;
      // The stream may have spoken up meanwhile, and knows better.
      if (own !== polling) return;
      if (loaded !== null) deps.onLoaded(loaded.page, loaded.serverTime);
      if (loaded !== null) found('polled');
    } catch (error) {
      if (own !== polling) return;
      if (deps.isFinal(error)) return stop();
      missing(error);
    }
    own.timer = window.setTimeout(poll, POLL_MS, own, askedAt);
  };

  const endPolling = () => {
    window.clearTimeout(polling?.timer);
    polling = null;
  };

  /** The server is going away and will be back: all of its readers at the same instant would be too many. */
  const comeBack = () => {
    close();
    retryTimer = window.setTimeout(begin, deps.random() * SPREAD_MS);
  };

  const close = () => {
    round++;
    window.clearTimeout(retryTimer);
    endPolling();
    source?.close();
    source = null;
    queue.flush();
  };

  const again = (error?: unknown) => {
    close();
    missing(error);
    const pause = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures++);
    retryTimer = window.setTimeout(begin, pause * (0.5 + deps.random() / 2));
  };

  const missing = (error?: unknown) => {
    if (needsProxySignIn(error)) return found('signed-out');
    lostTimer ??= window.setTimeout(() => deps.onState('lost'), QUIET_MS);
  };

  /** How it stands is known. */
  const found = (state: Connection) => {
    window.clearTimeout(lostTimer);
    lostTimer = undefined;
    deps.onState(state);
  };

  const rest = () => {
    if (deps.isAwaited()) {
      hiddenTimer = window.setTimeout(rest, HIDDEN_MS);
      return;
    }
    found('live');
    close();
  };

  const onVisibility = () => {
    window.clearTimeout(hiddenTimer);
    if (document.visibilityState === 'hidden') {
      hiddenSince = deps.now();
      hiddenTimer = window.setTimeout(rest, HIDDEN_MS);
      return;
    }
    // A machine that slept fired no timer, and its stream may be dead without knowing it.
    const away = hiddenSince === null ? 0 : deps.now() - hiddenSince;
    hiddenSince = null;
    if (source === null || away >= HIDDEN_MS) begin();
  };

  const onOnline = () => {
    if (document.visibilityState === 'visible' && source?.isOpen() !== true) begin();
  };

  const stop = () => {
    close();
    window.clearTimeout(hiddenTimer);
    window.clearTimeout(lostTimer);
    document.removeEventListener('visibilitychange', onVisibility);
    window.removeEventListener('online', onOnline);
  };

  document.addEventListener('visibilitychange', onVisibility);
  window.addEventListener('online', onOnline);
  begin();
  return stop;
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
  'notice',
  'finished',
  'late',
  'feedback',
  'reset',
] as const satisfies StreamedEvent['type'][]);

/** A phone that changes cells is back within this; nobody needs to read of it. */
const QUIET_MS = 2000;
/** A browser opens six connections to a host: tabs that nobody looks at must not hold them. */
const HIDDEN_MS = 60_000;
/** An answer that grows in such steps still reads as one that grows. */
const POLL_MS = 2000;
/** Where nothing is under way there is only another tab to hear of. */
const IDLE_POLL_MS = 15_000;
/** More than may wait in a queue, and far less than a screen of long answers every time. */
const POLLED_TURNS = 10;
const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 30_000;
const SPREAD_MS = 1000;
const FRAME_AT_LATEST_MS = 100;
