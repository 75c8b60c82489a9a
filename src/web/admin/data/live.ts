/**
 * What changes, as it changes. The gateway says that something changed, not what it is now; whoever shows it asks again.
 * Nothing is replayed, so after every gap all that is shown is asked for again.
 */

import type { EventStream, StreamHandlers } from '../../../client/event-stream.ts';
import type { AdminEvent } from '../../../contract/admin/events.ts';
import { type Connection, keepStream } from '../../kept-stream.ts';

/** `null`: anything may have changed. */
export type Change = AdminEvent | null;

export interface Live {
  /** The result ends it. */
  subscribe(listener: (change: Change) => void): () => void;
  getState(): Connection;
  onState(listener: () => void): () => void;
  start(): () => void;
}

export interface LiveDeps {
  open(handlers: StreamHandlers): EventStream;
  now(): number;
  random(): number;
}

export function createLive({ open, now, random }: LiveDeps): Live {
  const listeners = new Set<(change: Change) => void>();
  const stateListeners = new Set<() => void>();
  let state: Connection = 'live';
  /** The first opening changes nothing: what is shown was asked for at the same moment. */
  let wasOpen = false;

  const tell = (change: Change) => {
    for (const listener of [...listeners]) listener(change);
  };
  const tellAll = () => tell(null);

  const setState = (next: Connection) => {
    if (state === next) return;
    state = next;
    for (const listener of [...stateListeners]) listener();
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
      const stop = keepStream({
        load: async () => undefined,
        open: (_, handlers) => open(handlers),
        onMessage({ type, data }) {
          if (EVENT_TYPES.has(type)) tell(JSON.parse(data) as AdminEvent);
        },
        onState: setState,
        onOpen() {
          if (wasOpen) tellAll();
          wasOpen = true;
        },
        onRefused: tellAll,
        poll: async () => tellAll,
        now,
        random,
      });
      return () => {
        stop();
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
