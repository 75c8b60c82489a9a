/**
 * Writes what happens to turns, in order. Everything that all turns write at one moment goes into one transaction, so a
 * busy gateway pays one fsync for many.
 *
 * While another process holds the store, or its server is away, progress waits here and is stored later. A caller that
 * waits for its write gets an error after some seconds, and the write is not done any more. If the connection to a
 * server is lost in a commit, nobody can tell whether it was done: progress is then written again, which changes nothing
 * for a reader, since each chunk says where it belongs.
 */
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import pLimit from 'p-limit';
import { PaliadinError } from '../contract/errors.ts';
import type { EventBody, StoredEvent } from '../contract/records/event.ts';
import type { NewTurn } from '../contract/records/turn.ts';
import type { Store } from '../store/store.ts';
import type { InsertedTurn, NewQuestion, TurnWrite } from '../store/turn-store.ts';

export interface TurnWriter {
  /** The audit row of a new turn. See `TurnStore.insert`. */
  accept(turn: NewTurn, options?: Omit<NewQuestion, 'turn'>): Promise<InsertedTurn>;
  /** Stored when this resolves. Not stored where it rejects, unless the connection to a server was lost in the commit. */
  write(write: TurnWrite): Promise<void>;
  /** An event outside a turn's life. */
  append(event: EventBody): Promise<void>;
}

interface Accepting extends NewQuestion {
  timer: NodeJS.Timeout;
  resolve(accepted: InsertedTurn): void;
  reject(error: unknown): void;
}

interface Waiting extends TurnWrite {
  /** How much it holds, in characters. */
  size: number;
  timer: NodeJS.Timeout | undefined;
  /** It has waited for as long as a caller waits. */
  overdue: boolean;
  resolve(): void;
  reject(error: unknown): void;
}

export interface TurnWriterOptions {
  /** How long a caller waits for its write to begin; a write that has begun may take as long as the store takes. */
  patienceMs?: number;
  /** How long a store that refused is left alone. */
  pauseMs?: number;
  /** Called once the events are stored, in the order of their ids. Does not throw. */
  onStored?(events: StoredEvent[]): void;
}

export function createTurnWriter(
  store: Store,
  { patienceMs = PATIENCE_MS, pauseMs = PAUSE_MS, onStored = () => {} }: TurnWriterOptions = {},
): TurnWriter {
  let accepting: Accepting[] = [];
  let waiting: Waiting[] = [];
  let size = 0;

  /** One transaction after the other, so that events are published in the order of their ids. */
  const inOrder = pLimit(1);

  /** Work that has not begun in time is not done any more. */
  function inOrderSoon<T>(work: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let overdue = false;
    const timer = setTimeout(() => {
      overdue = true;
      reject(held());
    }, patienceMs);
    void inOrder(async () => {
      clearTimeout(timer);
      if (!overdue) await work().then(resolve, reject);
    });
    return promise;
  }

  /** All questions of one moment in one transaction. */
  async function acceptWaiting(): Promise<void> {
    await setImmediate();
    const batch = accepting.splice(0, acceptedAtOnce(accepting));
    for (const { timer } of batch) clearTimeout(timer);
    if (accepting.length > 0) void inOrder(acceptWaiting);
    if (batch.length > 0) await acceptBatch(batch);
  }

  async function acceptBatch(batch: Accepting[]): Promise<void> {
    try {
      const results = await store.turns.insertAll(batch);
      const stored = results.flatMap((result) =>
        result.status === 'fulfilled' && result.value.inserted ? [result.value.event] : [],
      );
      for (const [at, result] of results.entries()) {
        if (result.status === 'fulfilled') batch[at]?.resolve(result.value);
        else batch[at]?.reject(result.reason);
      }
      if (stored.length === 0) return;
      await setImmediate(); // first the runs that begin now: a host waits longer than who reads that it was accepted
      onStored(stored);
    } catch (error) {
      if (batch.length === 1 || isHeld(error)) for (const one of batch) one.reject(error);
      // One question that the database refuses must not refuse the others.
      else for (const one of batch) await acceptBatch([one]);
    }
  }

  async function writeWaiting(): Promise<void> {
    await setImmediate(); // so that all writes of this moment are included
    for (;;) {
      const batch = waiting.splice(0, atOnce(waiting));
      const left = batch.length === 0 ? [] : await writeBatch(batch);
      for (const one of left) if (one.overdue) giveUp(one);
      waiting = [...left.filter(({ overdue }) => !overdue), ...waiting];
      if (left.length === 0) break;
      await delay(pauseMs); // a server that is away refuses at once
    }
    if (waiting.length > 0) void inOrder(writeWaiting); // callers that came meanwhile need not wait for all of it
  }

  /** Returns the writes that are left because another process holds the store, or its server is away. */
  async function writeBatch(batch: Waiting[]): Promise<Waiting[]> {
    try {
      onStored(await store.turns.write(batch));
      for (const one of batch) done(one, one.resolve);
      return [];
    } catch (error) {
      if (isHeld(error)) return batch;
      // One turn's bad write must not fail the others'.
      if (batch.length === 1) for (const one of batch) done(one, () => one.reject(error));
      else {
        for (const [index, one] of batch.entries()) {
          if ((await writeBatch([one])).length > 0) return batch.slice(index);
        }
      }
      return [];
    }
  }

  function done(one: Waiting, settle: () => void): void {
    clearTimeout(one.timer);
    size -= one.size;
    settle();
  }

  function giveUp(one: Waiting): void {
    done(one, () => one.reject(held()));
  }

  return {
    accept(turn, options = {}) {
      const { promise, resolve, reject } = Promise.withResolvers<InsertedTurn>();
      const timer = setTimeout(() => {
        accepting = accepting.filter((other) => other !== one);
        reject(held());
      }, patienceMs);
      const one: Accepting = { ...options, turn, timer, resolve, reject };
      accepting.push(one);
      if (accepting.length === 1) void inOrder(acceptWaiting);
      return promise;
    },
    write(write: TurnWrite): Promise<void> {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const one: Waiting = { ...write, size: sizeOf(write), timer: undefined, overdue: false, resolve, reject };
      if (write.progress === true && size > MAX_WAITING) {
        reject(held());
        return promise;
      }
      size += one.size;
      waiting.push(one);
      if (write.progress !== true) {
        one.timer = setTimeout(() => {
          one.overdue = true; // in case it is being written now
          const at = waiting.indexOf(one);
          if (at >= 0) giveUp(...(waiting.splice(at, 1) as [Waiting]));
        }, patienceMs);
      }
      if (waiting.length === 1) void inOrder(writeWaiting);
      return promise;
    },
    append(event: EventBody): Promise<void> {
      return inOrderSoon(async () => {
        onStored([await store.events.append(event)]);
      });
    },
  };
}

/** What stands in the way may pass by itself: such an error says when to retry. */
function isHeld(error: unknown): boolean {
  return error instanceof PaliadinError && error.code === 'store_unavailable' && error.againInMs !== null;
}

function held(): PaliadinError {
  const detail = 'the store can’t be written: wait, end the process that holds it, or see whether its server runs';
  return new PaliadinError('store_unavailable', detail, { againInMs: AGAIN_MS });
}

function sizeOf({ events }: TurnWrite): number {
  return events.reduce((sum, { event }) => sum + EVENT + (event.type === 'chunk' ? event.text.length : 0), 0);
}

// A person who sees no effect for longer tries again.
const PATIENCE_MS = 3000;
const AGAIN_MS = 5000;
const PAUSE_MS = 250;

function acceptedAtOnce(accepting: readonly Accepting[]): number {
  let size = 0;
  const full = accepting.slice(0, ACCEPTED).findIndex(({ turn }) => {
    size += turn.message.length + (turn.context?.length ?? 0);
    return size >= BATCH_SIZE;
  });
  return full < 0 ? ACCEPTED : full + 1;
}

/** How many of them go into one transaction. */
function atOnce(waiting: Waiting[]): number {
  let size = 0;
  const full = waiting.slice(0, BATCH).findIndex((one) => {
    size += one.size;
    return size >= BATCH_SIZE;
  });
  return full < 0 ? BATCH : full + 1;
}

// A question has a dozen statements, and what the running turns write waits meanwhile.
const ACCEPTED = 16;
// A transaction is one step during which the gateway does nothing else: some ten milliseconds of work.
const BATCH = 100;
const BATCH_SIZE = 256 * 1024;

// Limit of progress that waits, in characters: minutes of many turns. A turn's end carries its whole answer anyway.
const MAX_WAITING = 8 * 1024 * 1024;
/** Estimated size of an event without text. */
const EVENT = 500;
