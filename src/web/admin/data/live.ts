/**
 * What changes, as it changes. The gateway says that something changed, not what it is now; whoever shows it asks again.
 * Nothing is replayed, so after every gap all that is shown is asked for again.
 */
import type { AdminEvent } from '../../../contract/admin.ts';
import type { EventStream, StreamHandlers } from '../../event-stream.ts';

/** `null`: anything may have changed. */
export type Change = AdminEvent | null;

/** `lost`: the line has been gone for longer than a moment. `polled`: it brings nothing, and all is asked for from time to time. */
export type LiveState = 'live' | 'lost' | 'polled';

export interface Live {
  /** The result ends it. */
  subscribe(listener: (change: Change) => void): () => void;
  getState(): LiveState;
  onState(listener: () => void): () => void;
  start(): () => void;
}

export interface LiveDeps {
  open(handlers: StreamHandlers): EventStream;
  random(): number;
}

export function createLive({ open, random }: LiveDeps): Live {
  const listeners = new Set<(change: Change) => void>();
  const stateListeners = new Set<() => void>();
  let source: EventStream | null = null;
  let state: LiveState = 'live';
  let failures = 0;
  /** The first opening changes nothing: what is shown was asked for at the same moment. */
  let wasOpen = false;
  let retryTimer: number | undefined;
  let lostTimer: number | undefined;
  let pollTimer: number | undefined;
  let hiddenTimer: number | undefined;

  const tell = (change: Change) => {
    for (const listener of [...listeners]) listener(change);
  };

  const setState = (next: LiveState) => {
    window.clearTimeout(lostTimer);
    lostTimer = undefined;
    if (state === next) return;
    state = next;
    for (const listener of [...stateListeners]) listener();
  };

  const endPolling = () => {
    window.clearInterval(pollTimer);
    pollTimer = undefined;
  };

  const begin = () => {
    end();
    source = open({
      onOpen: () => {
        failures = 0;
        endPolling();
        setState('live');
        if (wasOpen) tell(null);
        wasOpen = true;
      },
      onSilent: () => {
        if (pollTimer !== undefined) return;
        setState('polled');
        pollTimer = window.setInterval(() => tell(null), POLL_MS);
        tell(null);
      },
      onError: (refused) => {
        if (pollTimer === undefined) lostTimer ??= window.setTimeout(() => setState('lost'), QUIET_MS);
        // A refused stream is not tried again by itself; a broken one is.
        if (!refused) return;
        tell(null);
        retryTimer = window.setTimeout(begin, Math.min(MAX_PAUSE_MS, 1000 * 2 ** failures++) * (0.5 + random() / 2));
      },
      onMessage: ({ type, data }) => {
        if (type === 'reconnect') return comeBack();
        if (EVENT_TYPES.has(type)) tell(JSON.parse(data) as AdminEvent);
      },
    });
  };

  /** The gateway is going away and will be back: all of its readers at the same instant would be too many. */
  const comeBack = () => {
    end();
    retryTimer = window.setTimeout(begin, random() * SPREAD_MS);
  };

  const end = () => {
    window.clearTimeout(retryTimer);
    endPolling();
    source?.close();
    source = null;
  };

  const onVisibility = () => {
    window.clearTimeout(hiddenTimer);
    if (document.visibilityState === 'hidden') hiddenTimer = window.setTimeout(end, HIDDEN_MS);
    else if (source === null) begin();
  };

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getState: () => state,
    onState(listener) {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    start() {
      document.addEventListener('visibilitychange', onVisibility);
      begin();
      return () => {
        document.removeEventListener('visibilitychange', onVisibility);
        window.clearTimeout(hiddenTimer);
        end();
        setState('live');
      };
    },
  };
}

/** A newer gateway may tell of more. */
const EVENT_TYPES: ReadonlySet<string> = new Set([
  'turns',
  'sessions',
  'hosts',
  'users',
  'audit',
] as const satisfies AdminEvent['type'][]);

/** A line that is back within this is nothing to tell a person of. */
const QUIET_MS = 2000;
/** A browser opens six connections to a gateway: tabs that nobody looks at must not hold them. */
const HIDDEN_MS = 60_000;
/** Each time all that is shown is asked for. */
const POLL_MS = 10_000;
const MAX_PAUSE_MS = 30_000;
const SPREAD_MS = 1000;
