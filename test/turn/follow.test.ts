/** Following events, with a real store: each event once, in order, at the reader's pace, until the end. */
import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { StoredEvent } from '../../src/contract/records/event.ts';
import type { Turn } from '../../src/contract/records/turn.ts';
import type { TurnEvent } from '../../src/contract/turn.ts';
import { cursorsOf, type EventBus, inMemoryEventBus } from '../../src/turn/event-bus.ts';
import { follow } from '../../src/turn/follow.ts';
import { toBodies } from '../../src/turn/turn-event-writer.ts';
import { EMPTY_SNAPSHOT } from '../../src/turn/turn-snapshot.ts';
import { createTurnWriter } from '../../src/turn/turn-writer.ts';
import { toView } from '../../src/turn/view.ts';
import { aTurn, aUser, temporaryStore } from '../store/temporary-store.ts';

async function observed() {
  const { store } = await temporaryStore();
  const subscribed = { now: 0 };
  const bus = inMemoryEventBus((_what, error) => expect.fail(String(error)));
  const counted: Pick<EventBus, 'subscribe'> = {
    subscribe(scope, wake) {
      subscribed.now++;
      const stop = bus.subscribe(scope, wake);
      return () => {
        subscribed.now--;
        stop();
      };
    },
  };
  const turnWriter = createTurnWriter(store, { onStored: (events) => bus.publish(cursorsOf(events), events) });
  const who = await aUser(store);
  const accept = async () => (await turnWriter.accept(aTurn(who))).turn;
  const view = async (id: string) => {
    const turn = (await store.turns.get(id)) as Turn;
    return toView(turn, { ...EMPTY_SNAPSHOT, position: null }, { locale: null, seesDetails: false });
  };
  const write = ({ turnId, userId }: Turn, ...events: TurnEvent[]) =>
    turnWriter.write({ turnId, change: {}, events: toBodies({ turnId, userId }, 1, events) });
  return {
    store,
    bus,
    subscribed,
    turnWriter,
    who,
    accept,
    view,
    write,
    say: (turn: Turn, text: string) => write(turn, { type: 'chunk', offset: 0, text }),
    finish: ({ turnId, userId }: Turn) =>
      turnWriter.write({
        turnId,
        change: { status: 'completed', finishedAt: 2, response: 'All of it.' },
        events: toBodies({ turnId, userId }, 2, [{ type: 'finished', status: 'completed' }]),
      }),
    /** A reader; what is read is said in one word an event. */
    reader(query: { turnId?: string; after?: number; view?: typeof view } = {}) {
      const stop = new AbortController();
      onTestFinished(() => stop.abort());
      const { view: see = view, ...rest } = query;
      const events = follow(
        { userId: who.user.id, after: 0, signal: stop.signal, ...rest },
        { store, bus: counted, view: see, conversation: () => Promise.reject(new Error('unused')) },
      );
      const next = async () => {
        const { value, done } = await events.next();
        return done ? 'the end' : value.event.type === 'chunk' ? value.event.text : value.event.type;
      };
      return {
        stop,
        events,
        next,
        async take(count: number) {
          const taken: string[] = [];
          while (taken.length < count) taken.push(await next());
          return taken;
        },
      };
    },
  };
}

describe('a reader of one turn', () => {
  test('reads one event per chunk, however long the answer is', async () => {
    const { accept, say, finish, reader, view, store } = await observed();
    const turn = await accept();
    const viewed: string[] = [];
    const { after } = store.events;
    const found: number[] = [];
    store.events.after = async (query) => {
      const events = await after(query);
      found.push(events.length);
      return events;
    };
    const { next, take } = reader({
      turnId: turn.turnId,
      view: (id) => {
        viewed.push(id);
        return view(id);
      },
    });
    await next();
    for (let piece = 0; piece < 50; piece++) {
      const waiting = next();
      await say(turn, 'more');
      expect(await waiting).toBe('more');
    }
    // What was accepted, and once whether it is over already.
    expect(viewed).toHaveLength(2);
    // What was accepted, once more whether that is all; and the pieces as they are stored, without reading.
    expect(found.filter((events) => events > 0)).toEqual([1]);
    expect(found.length).toBeLessThan(4);
    await finish(turn);
    expect(await take(2)).toEqual(['finished', 'the end']);
  });

  test('gets what another process stores between two pieces, in order', async () => {
    const { store, accept, say, reader } = await observed();
    const turn = await accept();
    const { take, next } = reader({ turnId: turn.turnId });
    expect(await take(1)).toEqual(['accepted']);
    await say(turn, 'one');
    expect(await next()).toBe('one');
    const { turnId, userId } = turn;
    await store.events.append({ turnId, userId, at: 1, event: { type: 'chunk', offset: 3, text: 'of another' } });
    await say(turn, 'two');
    expect(await take(2)).toEqual(['of another', 'two']);
  });

  test('who does not read gets all of what was stored meanwhile, each piece once', async () => {
    const { accept, say, reader } = await observed();
    const turn = await accept();
    const { take } = reader({ turnId: turn.turnId });
    expect(await take(1)).toEqual(['accepted']);
    const pieces = Array.from({ length: 70 }, (_, at) => `piece ${at}`);
    for (const piece of pieces.slice(0, 10)) await say(turn, piece);
    expect(await take(5)).toEqual(pieces.slice(0, 5));
    for (const piece of pieces.slice(10)) await say(turn, piece);
    expect(await take(65)).toEqual(pieces.slice(5));
  });

  test('gets stored events, then new ones, then the end', async () => {
    const { accept, say, finish, reader } = await observed();
    const turn = await accept();
    await say(turn, 'one');
    const { take, next } = reader({ turnId: turn.turnId });
    expect(await take(2)).toEqual(['accepted', 'one']);
    const waiting = next();
    await say(turn, 'two');
    expect(await waiting).toBe('two');
    await finish(turn);
    expect(await take(2)).toEqual(['finished', 'the end']);
  });

  test('gets the finished turn with the last event', async () => {
    const { accept, finish, reader } = await observed();
    const turn = await accept();
    await finish(turn);
    const { events } = reader({ turnId: turn.turnId });
    const all = await Array.fromAsync(events);
    expect(all.at(-1)?.event).toMatchObject({
      type: 'finished',
      turnId: turn.turnId,
      at: 2,
      turn: { status: 'completed', response: 'All of it.' },
    });
  });

  test('resumes after the event that it read last', async () => {
    const { accept, say, finish, reader } = await observed();
    const turn = await accept();
    for (const text of ['one', 'two', 'three']) await say(turn, text);
    const first = reader({ turnId: turn.turnId }).events;
    await first.next();
    const { value } = await first.next();
    expect(value?.event).toMatchObject({ text: 'one' });
    await finish(turn);
    expect(await reader({ turnId: turn.turnId, after: value?.id ?? 0 }).take(4)).toEqual([
      'two',
      'three',
      'finished',
      'the end',
    ]);
  });

  test('ends when the turn is over and its events were pruned or already read', async () => {
    const { store, accept, say, finish, reader } = await observed();
    const turn = await accept();
    await say(turn, 'one');
    await finish(turn);
    expect(await reader({ turnId: turn.turnId, after: await store.events.lastId() }).next()).toBe('the end');
    await store.events.prune(Date.now());
    expect((await reader({ turnId: turn.turnId }).take(2)).at(-1)).toMatch(/finished|the end/);
  });

  test('gets the end when it is stored during the check for it', async () => {
    const { store, accept, view, reader } = await observed();
    const turn = await accept();
    const { turnId, userId } = turn;
    // Nobody is woken for it.
    const finishFirst: typeof view = async (id) => {
      const { status } = (await store.turns.get(id)) as Turn;
      if (status !== 'completed') {
        const events = toBodies({ turnId, userId }, 2, [{ type: 'finished', status: 'completed' }]);
        await store.turns.write([{ turnId, change: { status: 'completed', finishedAt: 2 }, events }]);
      }
      return view(id);
    };
    const { take } = reader({ turnId, after: await store.events.lastId(), view: finishFirst });
    expect(await take(2)).toEqual(['finished', 'the end']);
  });

  test('gets no event of another turn', async () => {
    const { accept, say, finish, reader } = await observed();
    const [mine, other] = [await accept(), await accept()];
    const { next, take } = reader({ turnId: mine.turnId });
    expect(await next()).toBe('accepted');
    await say(other, 'not this');
    await say(mine, 'this');
    await finish(mine);
    expect(await take(3)).toEqual(['this', 'finished', 'the end']);
  });
});

describe('a reader of all of a user’s turns', () => {
  test('gets events of all turns of that user and of no other, also after one has finished', async () => {
    const { store, turnWriter, accept, finish, say, reader } = await observed();
    const { take } = reader();
    const turn = await accept();
    await turnWriter.accept(aTurn(await aUser(store)));
    await finish(turn);
    await say(await accept(), 'next');
    expect(await take(4)).toEqual(['accepted', 'finished', 'accepted', 'next']);
  });

  test('ends on abort while it waits, and unsubscribes', async () => {
    const { accept, reader, subscribed } = await observed();
    await accept();
    const { next, stop } = reader();
    expect(await next()).toBe('accepted');
    const waiting = next();
    stop.abort();
    expect(await waiting).toBe('the end');
    expect(subscribed.now).toBe(0);
  });

  test('gets a reset', async () => {
    const { turnWriter, who, reader } = await observed();
    const { next } = reader();
    const waiting = next();
    await turnWriter.append({
      turnId: randomUUID(),
      userId: who.user.id,
      at: 1,
      event: { type: 'reset', generation: 2 },
    });
    expect(await waiting).toBe('reset');
  });
});

describe('a slow reader', () => {
  test('gets each event once, in order, however many are stored meanwhile', async () => {
    const { accept, say, reader } = await observed();
    const turn = await accept();
    const { take, next } = reader();
    expect(await next()).toBe('accepted');
    const numbers = Array.from({ length: 150 }, (_, number) => `${number}`);
    for (const number of numbers.slice(0, 10)) await say(turn, number);
    expect(await take(5)).toEqual(numbers.slice(0, 5));
    await Promise.all(numbers.slice(10, 100).map((number) => say(turn, number)));
    expect(await take(45)).toEqual(numbers.slice(5, 50));
    for (const number of numbers.slice(100)) await say(turn, number);
    expect(await take(100)).toEqual(numbers.slice(50));
  });

  test('gets each event once when it is woken late, twice or without a new event', async () => {
    const { store, bus, who, accept, write, finish, reader } = await observed();
    const turn = await accept();
    const wake = () => bus.publish([{ userId: who.user.id, turnId: turn.turnId, id: 0 }]);
    const { next, take } = reader({ turnId: turn.turnId });
    expect(await next()).toBe('accepted');
    const waiting = next();
    for (let times = 0; times < 3; times++) wake();
    // Stored by another gateway, which this one does not hear of until later.
    const events = toBodies(turn, 1, [{ type: 'chunk', offset: 0, text: 'elsewhere' }]);
    await store.turns.write([{ turnId: turn.turnId, change: {}, events }]);
    for (let times = 0; times < 3; times++) wake();
    expect(await waiting).toBe('elsewhere');
    await write(turn, { type: 'running' });
    wake();
    await finish(turn);
    expect(await take(3)).toEqual(['running', 'finished', 'the end']);
  });

  test('reads from the store in small batches instead of buffering', async () => {
    const { store, accept, say, reader } = await observed();
    const turn = await accept();
    const { next, take } = reader();
    expect(await next()).toBe('accepted');
    let read = 0;
    const { after } = store.events;
    store.events.after = (query): Promise<StoredEvent[]> => {
      read++;
      return after(query);
    };
    for (let number = 0; number < 100; number++) await say(turn, `${number}`);
    await take(100);
    expect(read).toBeGreaterThanOrEqual(5);
  });
});
