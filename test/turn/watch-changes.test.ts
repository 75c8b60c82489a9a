/** Changes in the list of all turns, read from the store. */
import { expect, test, vi } from 'vitest';
import type { TurnEvent } from '../../src/contract/turn.ts';
import { cursorsOf, inMemoryEventBus } from '../../src/turn/event-bus.ts';
import { toBodies } from '../../src/turn/turn-event-writer.ts';
import { createTurnWriter } from '../../src/turn/turn-writer.ts';
import { watchChanges } from '../../src/turn/watch-changes.ts';
import { aTurn, aUser, temporaryStore } from '../store/temporary-store.ts';

async function observed() {
  const { store } = await temporaryStore();
  const onError = vi.fn();
  const bus = inMemoryEventBus(onError);
  const turnWriter = createTurnWriter(store, { onStored: (events) => bus.publish(cursorsOf(events)) });
  const { turn } = await turnWriter.accept(aTurn(await aUser(store)));
  const write = (...events: TurnEvent[]) =>
    turnWriter.write({ turnId: turn.turnId, change: {}, events: toBodies(turn, 1, events) });
  const seen: string[] = [];
  const watch = () =>
    watchChanges((events) => seen.push(...events.map(({ event }) => event.type)), {
      events: store.events,
      bus,
      onError,
    });
  return { store, onError, write, seen, watch };
}

const chunk: TurnEvent = { type: 'chunk', offset: 0, text: 'x' };

test('a watcher gets each change once and in order, without the chunks of answers', async () => {
  const { write, seen, watch } = await observed();
  const stop = await watch();
  const many = Array.from({ length: 120 }, () => chunk);
  await Promise.all([write({ type: 'running' }), write(...many), write({ type: 'finished', status: 'completed' })]);
  await vi.waitFor(() => expect(seen).toEqual(['running', 'finished']));
  stop();
  await write({ type: 'running' });
  expect(seen).toHaveLength(2);
});

test('after the store fails once, the next event reads on from the last position', async () => {
  const { store, onError, write, seen, watch } = await observed();
  await watch();
  vi.spyOn(store.events, 'changes').mockRejectedValueOnce(new Error('away'));
  await write({ type: 'running' });
  await vi.waitFor(() => expect(onError).toHaveBeenCalledOnce());
  await write(chunk);
  await vi.waitFor(() => expect(seen).toEqual(['running']));
});
