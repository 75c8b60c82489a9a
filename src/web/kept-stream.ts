/**
 * Keeps an event stream as long as somebody looks: opens it again when it is lost, asks in its place while it brings nothing,
 * lets go of it while the page is hidden, and says how the page stands to the gateway.
 */

import type { EventStream, StreamedMessage, StreamHandlers } from '../client/event-stream.ts';
import { needsProxySignIn } from '../client/request.ts';
import { backoff } from '../contract/backoff.ts';

/**
 * `lost`: nothing is heard for longer than a moment. `polled`: the stream brings nothing, and the page asks in its place.
 * `signed-out`: an auth proxy before the gateway asks to sign in.
 */
export type Connection = 'live' | 'lost' | 'polled' | 'signed-out';

export interface KeptStreamOptions<Loaded> {
  /** Before each opening: what the stream goes on from. */
  load(): Promise<Loaded>;
  open(loaded: Loaded, handlers: StreamHandlers): EventStream;
  onMessage(message: StreamedMessage): void;
  onState(state: Connection): void;
  /** After each opening, once the stream brings something. */
  onOpen?(): void;
  /** The gateway has answered with something else than a stream. It is asked again after a pause. */
  onRefused?(): void;
  /** Whatever the reason: nothing more comes from the stream that there was. */
  onClose?(): void;
  /** While the page is hidden. */
  onRest?(): void;
  /**
   * Asks in the stream's place. Resolves with what takes the answer over, which is not done where the stream has spoken up
   * meanwhile; null where there was nothing to ask. Without it, a silent stream counts as lost.
   */
  poll?(): Promise<(() => void) | null>;
  pollMs?: number;
  /** Asked about every failure to load; true ends the attempts. */
  isFinal?(error: unknown): boolean;
  /** Something is waited for: the stream is then kept although the page is hidden. */
  isAwaited?(): boolean;
  /** How long a hidden page keeps its stream. 0: not at all. */
  hiddenMs?: number;
  /** Milliseconds that go on while the machine sleeps. */
  now(): number;
  random(): number;
}

interface Polling {
  timer?: number;
}

/** Starts at once. The result ends it. */
export function keepStream<Loaded>(options: KeptStreamOptions<Loaded>): () => void {
  const { hiddenMs = HIDDEN_MS, pollMs = POLL_MS, now, random } = options;
  let source: EventStream | null = null;
  let failures = 0;
  let retryTimer: number | undefined;
  let lostTimer: number | undefined;
  /** While the stream is silent, and the page asks in its place. */
  let polling: Polling | null = null;
  let hiddenTimer: number | undefined;
  let hiddenSince: number | null = null;
  let round = 0;

  const begin = async () => {
    close();
    const mine = ++round;
    try {
      const loaded = await options.load();
      if (mine === round) source = options.open(loaded, handlers);
    } catch (error) {
      if (mine !== round) return;
      if (options.isFinal?.(error) === true) stop();
      else again(error);
    }
  };

  const handlers: StreamHandlers = {
    onOpen: () => {
      failures = 0;
      endPolling();
      found('live');
      options.onOpen?.();
    },
    onSilent: () => {
      if (options.poll === undefined) return missing();
      if (polling !== null) return;
      polling = {};
      void poll(polling, options.poll);
    },
    onError: (refused) => {
      if (polling === null) missing();
      // A refused stream is not tried again by itself; a broken one is.
      if (!refused) return;
      options.onRefused?.();
      again();
    },
    onMessage: (message) => (message.type === 'reconnect' ? comeBack() : options.onMessage(message)),
  };

  const poll = async (own: Polling, ask: () => Promise<(() => void) | null>) => {
    try {
      const takeOver = await ask();
      // The stream may have spoken up meanwhile, and knows better.
      if (own !== polling) return;
      if (takeOver !== null) {
        takeOver();
        found('polled');
      }
    } catch (error) {
      if (own !== polling) return;
      if (options.isFinal?.(error) === true) return stop();
      missing(error);
    }
    own.timer = window.setTimeout(poll, pollMs, own, ask);
  };

  const endPolling = () => {
    window.clearTimeout(polling?.timer);
    polling = null;
  };

  /** The gateway is going away and will be back: all of its readers at the same instant would be too many. */
  const comeBack = () => {
    close();
    retryTimer = window.setTimeout(begin, random() * SPREAD_MS);
  };

  const close = () => {
    round++;
    window.clearTimeout(retryTimer);
    endPolling();
    source?.close();
    source = null;
    options.onClose?.();
  };

  const again = (error?: unknown) => {
    close();
    missing(error);
    retryTimer = window.setTimeout(begin, backoff(++failures, { ...PAUSES, random }));
  };

  const missing = (error?: unknown) => {
    if (needsProxySignIn(error)) return found('signed-out');
    lostTimer ??= window.setTimeout(() => options.onState('lost'), QUIET_MS);
  };

  /** How it stands is known. */
  const found = (state: Connection) => {
    window.clearTimeout(lostTimer);
    lostTimer = undefined;
    options.onState(state);
  };

  const rest = () => {
    if (options.isAwaited?.() === true) {
      hiddenTimer = window.setTimeout(rest, hiddenMs);
      return;
    }
    found('live');
    close();
    options.onRest?.();
  };

  const onVisibility = () => {
    window.clearTimeout(hiddenTimer);
    if (document.visibilityState === 'hidden') {
      hiddenSince = now();
      hiddenTimer = window.setTimeout(rest, hiddenMs);
      return;
    }
    // A machine that slept fired no timer, and its stream may be dead without knowing it.
    const away = hiddenSince === null ? 0 : now() - hiddenSince;
    hiddenSince = null;
    if (source === null || away >= hiddenMs) void begin();
  };

  const onOnline = () => {
    if (document.visibilityState === 'visible' && source?.isOpen() !== true) void begin();
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
  if (hiddenMs > 0 || document.visibilityState === 'visible') void begin();
  else rest();
  return stop;
}

/** A phone that changes cells is back within this; nobody needs to read of it. */
const QUIET_MS = 2000;
/** A browser opens six connections to a gateway: tabs that nobody looks at must not hold them. */
const HIDDEN_MS = 60_000;
const POLL_MS = 10_000;
const PAUSES = { firstMs: 1000, maxMs: 30_000 };
const SPREAD_MS = 1000;
