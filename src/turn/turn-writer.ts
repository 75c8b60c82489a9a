/**
 * Writes what happens to turns, in order. All that is to be written at one moment, of all turns, goes into
 * one transaction: a busy gateway pays one fsync for many.
 *
 * While another process holds the store, progress waits here, and is stored when it lets go. Whoever asked for something
 * is told after some seconds that it was not done.
 */
import pLimit from 'p-limit';
import { PaliadinError } from '../contract/errors.ts';
import type { EventBody, StoredEvent } from '../contract/records/event.ts';
import type { NewTurn } from '../contract/records/turn.ts';
import type { Store } from '../store/store.ts';
import type { TurnStore, TurnWrite } from '../store/turn-store.ts';

export interface TurnWriter {
  /** The audit row of a new turn. See `TurnStore.insert`. */
  accept(turn: NewTurn): ReturnType<TurnStore['insert']>;
  /** Stored when this resolves, and never where it rejects. */
  write(write: TurnWrite): Promise<void>;
  /** An event that is not part of a turn's life. */
  append(event: EventBody): Promise<void>;
}

interface Waiting extends TurnWrite {
  /** How much it holds, in characters. */
  size: number;
  timer: NodeJS.Timeout | undefined;
  /** It has waited for as long as somebody waits. */
  overdue: boolean;
  resolve(): void;
  reject(error: unknown): void;
}

export interface TurnWriterOptions {
  /** How long somebody waits for their turn; what is under way by then may take as long as the store takes. */
  patienceMs?: number;
  /** Is told once it is stored, in the order of the events' ids. Does not throw. */
  onStored?(events: StoredEvent[]): void;
}

export function createTurnWriter(
  store: Store,
  { patienceMs = PATIENCE_MS, onStored = () => {} }: TurnWriterOptions = {},
): TurnWriter {
  let waiting: Waiting[] = [];
  let size = 0;

  /** One transaction after the other, so that events are told of in the order of their ids. */
  const inOrder = pLimit(1);

  /** What has not begun by then is not done any more. */
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

  async function writeWaiting(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve)); // what else this moment brings comes along
    for (;;) {
      const batch = waiting.splice(0, atOnce(waiting));
      const left = batch.length === 0 ? [] : await writeBatch(batch);
      for (const one of left) if (one.overdue) giveUp(one);
      waiting = [...left.filter(({ overdue }) => !overdue), ...waiting];
      if (left.length === 0) break;
    }
    if (waiting.length > 0) void inOrder(writeWaiting); // whoever came meanwhile is not to wait for all of it
  }

  /** What is left because another process holds the store. */
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
    accept(turn: NewTurn) {
      return inOrderSoon(async () => {
        const accepted = await store.turns.insert(turn);
        if (accepted.inserted) onStored([accepted.event]);
        return accepted;
      });
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
          one.overdue = true; // for where it is being written just now
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

/** Another process has the store, and it may be let go of: such an error says when to come again. */
function isHeld(error: unknown): boolean {
  return error instanceof PaliadinError && error.code === 'store_unavailable' && error.againInMs !== null;
}

function held(): PaliadinError {
  const detail = 'another process holds the store: wait, or end the other process';
  return new PaliadinError('store_unavailable', detail, { againInMs: AGAIN_MS });
}

function sizeOf({ events }: TurnWrite): number {
  return events.reduce((sum, { event }) => sum + EVENT + (event.type === 'chunk' ? event.text.length : 0), 0);
}

// A person who sees nothing happen for longer asks again.
const PATIENCE_MS = 3000;
const AGAIN_MS = 5000;

/** How many of them make one transaction. */
function atOnce(waiting: Waiting[]): number {
  let size = 0;
  const full = waiting.slice(0, BATCH).findIndex((one) => {
    size += one.size;
    return size >= BATCH_SIZE;
  });
  return full < 0 ? BATCH : full + 1;
}

// A transaction is one step, in which the gateway does nothing else: some ten milliseconds of work.
const BATCH = 100;
const BATCH_SIZE = 256 * 1024;

// What progress may take while it waits, in characters: minutes of many turns. A turn's end has its whole answer anyway.
const MAX_WAITING = 8 * 1024 * 1024;
/** An event that is no text. */
const EVENT = 500;
