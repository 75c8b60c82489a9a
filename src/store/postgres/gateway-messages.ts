/** Gathers what is to be sent to other gateways into few notifications: each takes a lock that all of the server's do. */
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import type { EventCursor, GatewayMessage } from '../gateway-link.ts';

export interface Outgoing {
  send(message: Partial<GatewayMessage>): void;
  /** Resolves when all is sent, or can't be sent. */
  sent(): Promise<void>;
}

/** `notify` resolves with whether the message was sent; what was not is sent with the next. */
export function gatherMessages(notify: (message: GatewayMessage) => Promise<boolean>): Outgoing {
  const events = new Map<string, EventCursor>();
  const sessions = new Map<string, string>();
  let all = false;
  let sending: Promise<void> | null = null;

  async function sendAll(): Promise<void> {
    await setImmediate(); // with all that is stored at this moment
    while (all || events.size > 0 || sessions.size > 0) {
      const message = { events: taken(events), sessions: taken(sessions), all };
      all = false;
      if (!(await notify(message))) {
        all = true;
        return;
      }
      await delay(PAUSE_MS, undefined, { ref: false });
    }
  }

  return {
    send(message) {
      for (const cursor of message.events ?? []) events.set(`${cursor.userId} ${cursor.turnId}`, cursor);
      for (const session of message.sessions ?? []) sessions.set(session, session);
      if (message.all === true || events.size > MAX_WAITING || sessions.size > MAX_WAITING) {
        all = true;
        events.clear();
        sessions.clear();
      }
      sending ??= sendAll().finally(() => {
        sending = null;
      });
    },
    async sent() {
      await sending;
    },
  };
}

/** A message of a gateway of another version says at least that there is something to look at. */
export function parseMessage(payload: string): GatewayMessage & { from: number } {
  try {
    const { from, events, sessions, all } = JSON.parse(payload);
    return { from, events, sessions, all };
  } catch {
    return { from: 0, events: [], sessions: [], all: true };
  }
}

/** Removes as much from the beginning as fits into a message. */
function taken<T>(waiting: Map<string, T>): T[] {
  const part = [...waiting].slice(0, AT_ONCE);
  for (const [key] of part) waiting.delete(key);
  return part.map(([, value]) => value);
}

// A payload has at most 8000 bytes, an event in it 130, a session's name 60.
const AT_ONCE = 40;

// Readers see an answer in steps of 40 ms anyway.
const PAUSE_MS = 10;

// Some seconds of a busy gateway.
const MAX_WAITING = 2000;
