/**
 * Writes what happens to turns, in order. All that is to be written at one moment, of all turns, goes into
 * one transaction: a busy gateway pays one fsync for many. Readers are told once it is stored, in the order
 * of the events' ids.
 */
import { EventEmitter } from 'node:events';
import type { EventBody, NewTurn, Store, StoredEvent, TurnStore, TurnWrite } from '../audit/store.ts';

export interface Recorder extends EventEmitter<{ stored: [events: StoredEvent[]] }> {
  /** The audit row of a new turn. See `TurnStore.insert`. */
  accept(turn: NewTurn): ReturnType<TurnStore['insert']>;
  /** Stored when this resolves. */
  write(write: TurnWrite): Promise<void>;
  /** An event that is not part of a turn's life. */
  append(event: EventBody): Promise<void>;
}

interface Waiting extends TurnWrite {
  resolve(): void;
  reject(error: unknown): void;
}

/** `onTrouble` is told of a listener that throws: what was stored stays stored, and the others hear of it. */
export function createRecorder(store: Store, onTrouble: (what: string, error: unknown) => void = () => {}): Recorder {
  const recorder = new EventEmitter<{ stored: [events: StoredEvent[]] }>();
  recorder.setMaxListeners(0); // one for each open stream
  let waiting: Waiting[] = [];
  let last: Promise<unknown> = Promise.resolve();

  /** One transaction after the other, so that events are told of in the order of their ids. */
  function inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  }

  function tell(events: StoredEvent[]): void {
    for (const listener of recorder.listeners('stored')) {
      try {
        listener(events);
      } catch (error) {
        onTrouble('a reader of events failed', error);
      }
    }
  }

  async function writeWaiting(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve)); // what else this moment brings comes along
    const batch = waiting;
    waiting = [];
    await writeBatch(batch);
  }

  async function writeBatch(batch: Waiting[]): Promise<void> {
    try {
      tell(await store.turns.write(batch));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      // One turn's bad write must not fail the others'.
      if (batch.length > 1) for (const one of batch) await writeBatch([one]);
      else batch[0]?.reject(error);
    }
  }

  return Object.assign(recorder, {
    accept(turn: NewTurn) {
      return inOrder(async () => {
        const accepted = await store.turns.insert(turn);
        if (accepted.inserted) tell([accepted.event]);
        return accepted;
      });
    },
    write(write: TurnWrite): Promise<void> {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.push({ ...write, resolve, reject });
      if (waiting.length === 1) inOrder(writeWaiting);
      return promise;
    },
    append(event: EventBody): Promise<void> {
      return inOrder(async () => {
        tell([await store.events.append(event)]);
      });
    },
  });
}
