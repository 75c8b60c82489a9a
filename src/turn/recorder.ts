/**
 * Writes what happens to turns. All that is to be written at one moment, of all turns, goes into one
 * transaction: a busy gateway pays one fsync for many. Readers are told once it is on disk.
 */
import { EventEmitter } from 'node:events';
import type { Store, StoredEvent, TurnWrite } from '../audit/store.ts';

export interface Recorder extends EventEmitter<{ stored: [events: StoredEvent[]] }> {
  /** On disk when this resolves. Writes keep their order. */
  write(write: TurnWrite): Promise<void>;
  /** For what the store wrote by itself. */
  announce(events: StoredEvent[]): void;
}

interface Waiting extends TurnWrite {
  resolve(): void;
  reject(error: unknown): void;
}

export function createRecorder(store: Store): Recorder {
  const recorder = new EventEmitter<{ stored: [events: StoredEvent[]] }>();
  recorder.setMaxListeners(0); // one for each open stream
  let waiting: Waiting[] = [];
  let writing = false;

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await writeBatch(batch);
    }
    writing = false;
  }

  async function writeBatch(batch: Waiting[]): Promise<void> {
    try {
      const events = await store.turns.write(batch);
      for (const { resolve } of batch) resolve();
      recorder.emit('stored', events);
    } catch (error) {
      // One turn's bad write must not fail the others'.
      if (batch.length > 1) for (const one of batch) await writeBatch([one]);
      else batch[0]?.reject(error);
    }
  }

  return Object.assign(recorder, {
    write(write: TurnWrite): Promise<void> {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.push({ ...write, resolve, reject });
      if (!writing) {
        writing = true;
        setImmediate(drain);
      }
      return promise;
    },
    announce(events: StoredEvent[]): void {
      recorder.emit('stored', events);
    },
  });
}
