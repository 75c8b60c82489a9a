/** Turns without an agent: what is asked is kept and can be followed; a test says what happens to it. */
import { createHash, randomUUID } from 'node:crypto';
import { EventEmitter, on } from 'node:events';
import type { Store, Turn } from '../../src/audit/store.ts';
import type { StreamedEvent, TurnView } from '../../src/contract/api.ts';
import { PaliadinError } from '../../src/contract/errors.ts';
import { isFinal, type TurnEvent } from '../../src/contract/turn.ts';
import type { Turns } from '../../src/turn/turns.ts';

export interface SimpleTurns extends Turns {
  happen(turnId: string, events: TurnEvent[]): Promise<void>;
  refuse(error: PaliadinError | null): void;
  /** Events that readers have taken so far. */
  taken: number;
  followers: number;
}

export function simpleTurns(store: Store): SimpleTurns {
  const news = new EventEmitter().setMaxListeners(0);
  let refusal: PaliadinError | null = null;
  const session = (userId: string) => store.sessions.ofUser({ id: userId }, { prefix: 'test', host: 'local', now: 1 });
  const own = async (userId: string, turnId: string): Promise<Turn> => {
    const turn = await store.turns.get(turnId);
    if (turn?.userId !== userId) throw new PaliadinError('not_found', 'there is no such turn of yours');
    return turn;
  };
  const happen = async (turnId: string, events: TurnEvent[]) => {
    const turn = (await store.turns.get(turnId)) as Turn;
    const end = events.find((event) => event.type === 'finished');
    const change = end === undefined ? {} : { status: end.status, finishedAt: 2 };
    const bodies = events.map((event) => ({ turnId, userId: turn.userId, at: 2, event }));
    await store.turns.write([{ turnId, change, events: bodies }]);
    news.emit('news');
  };

  const turns: SimpleTurns = {
    taken: 0,
    followers: 0,
    happen,
    refuse: (error) => {
      refusal = error;
    },
    async ask(request, key) {
      if (refusal !== null) throw refusal;
      const requestHash = createHash('sha256').update(JSON.stringify(request)).digest('hex');
      const { name, generation } = await session(request.userId);
      const result = await store.turns.insert({
        turnId: randomUUID(),
        userId: request.userId,
        sessionId: request.sessionId,
        agentSession: name,
        generation,
        host: 'local',
        idempotencyKey: key ?? null,
        requestHash,
        message: request.message,
        pageOrigin: request.pageOrigin ?? null,
        context: request.context ?? null,
        locale: request.locale ?? null,
        startedAt: 1,
        fence: 1,
      });
      if (result.turn.requestHash !== requestHash) throw new PaliadinError('idempotency_mismatch');
      news.emit('news');
      return { turn: view(result.turn), repeated: !result.inserted };
    },
    get: async (userId, turnId) => view(await own(userId, turnId)),
    async history(query) {
      const found = await store.turns.history(query);
      return { turns: found.map(view), nextBefore: null, cursor: await store.events.lastId() };
    },
    async cancel(userId, turnId) {
      const turn = await own(userId, turnId);
      if (!isFinal(turn.status)) await happen(turnId, [{ type: 'finished', status: 'cancelled' }]);
      return view(await own(userId, turnId));
    },
    reset: async (userId) => await store.sessions.startOver((await session(userId)).name),
    async giveFeedback(userId, turnId, feedback) {
      await own(userId, turnId);
      await store.turns.write([{ turnId, change: { feedback }, events: [] }]);
      return view(await own(userId, turnId));
    },
    async *follow({ userId, turnId, after, signal }) {
      turns.followers++;
      const changes = on(news, 'news', { signal });
      try {
        for (let last = after; ; ) {
          const query = { userId, after: last, limit: 20, ...(turnId !== undefined && { turnId }) };
          const stored = await store.events.after(query);
          for (const { id, turnId, at, event } of stored) {
            last = id;
            turns.taken++;
            const turn = view((await store.turns.get(turnId)) as Turn);
            const whole = event.type === 'accepted' || event.type === 'finished' ? { turn } : {};
            yield { id, event: { turnId, at, ...event, ...whole } as StreamedEvent };
          }
          const done = turnId !== undefined && isFinal((await own(userId, turnId)).status);
          if (stored.length === 0 && done) return;
          if (stored.length === 0) await changes.next();
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        turns.followers--;
        await changes.return?.();
      }
    },
    refusal: () => refusal,
    session,
    isOwner: async (userId) => (await store.users.get(userId))?.role === 'owner',
    recentTurns: (query) => store.turns.recent(query),
    stats: (query) => store.turns.stats(query),
  };
  return turns;
}

function view(turn: Turn): TurnView {
  const { userId, agentSession, host, idempotencyKey, requestHash, context, locale, fence, ...rest } = turn;
  const { errorCode, errorDetail, ...shown } = rest;
  return { ...shown, queuePosition: null, error: null };
}
