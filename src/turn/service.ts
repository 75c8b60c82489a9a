/** The turns of a gateway: `createTurns` wires the steps, each of which is a file of this folder. */
import type { AgentSession, Store, Turn, User } from '../audit/store.ts';
import type { Backend } from '../backend/backend.ts';
import type { TurnView } from '../contract/api.ts';
import { PaliadinError } from '../contract/errors.ts';
import { isFinal, type TurnRequest } from '../contract/turn.ts';
import { type Question, record, requireSameQuestion, toQuestion } from './accept.ts';
import { type Carried, carry } from './carry.ts';
import { follow } from './follow.ts';
import { createHealthGate } from './health-gate.ts';
import { collectLate } from './late.ts';
import { createRecorder } from './recorder.ts';
import { toBodies } from './scribe.ts';
import { createSessionQueue, type Place } from './session-queue.ts';
import { shownSoFar } from './shown.ts';
import type { FollowQuery, Turns } from './turns.ts';
import { type Reader, toView } from './view.ts';

export interface TurnsOptions {
  store: Store;
  backend: Backend;
  sessionPrefix: string;
  queueLimit: number;
  /** UTC milliseconds. */
  clock(): number;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  newId(): string;
  /** Something went wrong that no caller is told: `what` holds nothing of a user's. */
  onTrouble(what: string, error: unknown): void;
}

export interface RunningTurns extends Turns {
  /** Stops taking and carrying turns; what is open is taken up at the next start. */
  close(): Promise<void>;
}

/** Takes up what a gateway before this one left open, and serves. */
export async function createTurns(options: TurnsOptions): Promise<RunningTurns> {
  const { store, backend, clock, now, onTrouble } = options;
  const fence = await store.nextFence();
  const closing = new AbortController();
  const recorder = createRecorder(store);
  const gate = createHealthGate(backend.health, { probeMs: PROBE_MS, rememberMs: REMEMBER_MS, now });
  const queue = createSessionQueue(options.queueLimit, announcePosition);
  /** By turn id: how to stop each open turn, and when it is over. */
  const open = new Map<string, { turn: Turn; stop: AbortController; over: Promise<void> }>();
  /** Questions that are being accepted, by user and key: repetitions wait for the first. */
  const accepting = new Map<string, Promise<{ turn: Turn; repeated: boolean }>>();
  const carrying = { backend, gate, recorder, store, fence, clock, now, onTrouble, closing: closing.signal };

  function announcePosition(turnId: string, position: number): void {
    const turn = open.get(turnId)?.turn;
    if (turn === undefined) return;
    recorder
      .write({ turnId, change: {}, events: toBodies(turn, clock(), [{ type: 'queued', position }]) })
      .catch((error) => onTrouble('a queue position was not stored', error));
  }

  function enqueue(place: Place, carried: Omit<Carried, 'stop'>): void {
    const { turn } = carried;
    const stop = new AbortController();
    const over = Promise.withResolvers<void>();
    // One that still waits ends at once; it need not get to the front for that.
    stop.signal.addEventListener('abort', () => place.jump());
    open.set(turn.turnId, { turn, stop, over: over.promise });
    const work = async () => {
      if (!closing.signal.aborted) await carry({ ...carried, stop: stop.signal }, carrying);
    };
    place
      .fill(turn.turnId, work)
      .catch((error) => onTrouble('a turn could not be carried to its end', error))
      .finally(() => {
        open.delete(turn.turnId);
        over.resolve();
      });
  }

  async function accept(question: Question, key: string | null): Promise<{ turn: Turn; repeated: boolean }> {
    const known = key === null ? null : await store.turns.byKey(question.userId, key);
    if (known !== null) return { turn: requireSameQuestion(known, question), repeated: true };
    const since = now();
    const session = await sessionOf(question.userId);
    const place = queue.reserve(session.name);
    try {
      const identity = { turnId: options.newId(), idempotencyKey: key, fence, startedAt: clock() };
      const accepted = await record(store, question, session, identity);
      if (!accepted.inserted) {
        place.leave();
        return { turn: accepted.turn, repeated: true };
      }
      recorder.announce([accepted.event]);
      enqueue(place, { turn: accepted.turn, known: '', since });
      return { turn: accepted.turn, repeated: false };
    } catch (error) {
      place.leave();
      throw error;
    }
  }

  /** Two requests with one key at the same moment are one question. */
  function acceptOnce(question: Question, key: string | null): Promise<{ turn: Turn; repeated: boolean }> {
    if (key === null) return accept(question, null);
    const id = `${question.userId} ${key}`;
    const first = accepting.get(id);
    if (first !== undefined) {
      return first.then(({ turn }) => ({ turn: requireSameQuestion(turn, question), repeated: true }));
    }
    const accepted = accept(question, key).finally(() => accepting.delete(id));
    accepting.set(id, accepted);
    return accepted;
  }

  function sessionOf(userId: string): Promise<AgentSession> {
    return store.sessions.ofUser({ id: userId }, { prefix: options.sessionPrefix, host: backend.host, now: clock() });
  }

  async function readerOf(userId: string, locale: string | null | undefined): Promise<Reader> {
    const user = await store.users.get(userId);
    return { locale: locale ?? user?.locale ?? null, seesDetails: isOwner(user) };
  }

  async function view(turn: Turn, reader: Reader): Promise<TurnView> {
    const shown = isFinal(turn.status) ? '' : await shownSoFar(store, turn);
    return toView(turn, { shown, position: queue.position(turn.turnId) }, reader);
  }

  async function turnOf(userId: string, turnId: string): Promise<Turn> {
    const turn = await store.turns.get(turnId);
    if (turn?.userId === userId) return turn;
    throw new PaliadinError('not_found', 'you have no turn with this id');
  }

  async function collect(turnId: string): Promise<void> {
    await collectLate(turnId, { backend, store, recorder, clock });
  }

  async function startOver({ name, userId }: AgentSession): Promise<AgentSession> {
    gate.drop(name);
    await backend.reset(name);
    const fresh = await store.sessions.startOver(name);
    const event = { type: 'reset' as const, generation: fresh.generation };
    recorder.announce([await store.events.append({ turnId: NO_TURN, userId, at: clock(), event })]);
    return fresh;
  }

  /** Oldest first, so that each session's order stays. */
  async function recover(): Promise<void> {
    for (const turn of await store.turns.open()) {
      const known = turn.status === 'queued' ? '' : await shownSoFar(store, turn);
      enqueue(queue.reserve(turn.agentSession, { force: true }), { turn, known, since: null });
    }
    for (const turn of await store.turns.awaitingLateAnswer(clock() - AWAIT_LATE_MS)) {
      collect(turn.turnId).catch((error) => onTrouble('a late answer was not asked for', error));
    }
  }

  backend.onLate(({ turnId }) => {
    collect(turnId).catch((error) => onTrouble('a late answer was not collected', error));
  });
  if (backend.refusal() === null) await recover();
  const pruning = setInterval(() => {
    store.events.prune(clock() - KEEP_EVENTS_MS).catch((error) => onTrouble('old events were not dropped', error));
  }, PRUNE_EVERY_MS);

  return {
    async ask(request: TurnRequest, key) {
      const refusal = backend.refusal();
      if (refusal !== null) throw refusal;
      if (closing.signal.aborted) throw new PaliadinError('store_unavailable', 'the gateway is stopping');
      const { turn, repeated } = await acceptOnce(toQuestion(request), key ?? null);
      return { turn: await view(turn, await readerOf(request.userId, request.locale)), repeated };
    },
    async get(userId, turnId, locale) {
      return view(await turnOf(userId, turnId), await readerOf(userId, locale));
    },
    async history({ limit, ...query }, locale) {
      // Read first: what happens from here on is in the stream, so nothing falls between.
      const cursor = await store.events.lastId();
      const reader = await readerOf(query.userId, locale);
      const found = await store.turns.history({ ...query, limit: limit + 1 });
      const turns = await Promise.all(found.slice(0, limit).map((turn) => view(turn, reader)));
      return { turns, nextBefore: found.length > limit ? (turns.at(-1)?.turnId ?? null) : null, cursor };
    },
    async cancel(userId, turnId, locale) {
      await turnOf(userId, turnId);
      const found = open.get(turnId);
      found?.stop.abort();
      await found?.over;
      return view(await turnOf(userId, turnId), await readerOf(userId, locale));
    },
    async reset(userId) {
      const session = await sessionOf(userId);
      const mine = [...open.values()].filter(({ turn }) => turn.agentSession === session.name);
      // In the queue itself: a question that comes meanwhile belongs to the new conversation.
      const place = queue.reserve(session.name, { force: true });
      for (const { stop } of mine) stop.abort();
      const { promise, resolve, reject } = Promise.withResolvers<AgentSession>();
      place.fill(session.name, () => startOver(session).then(resolve, reject));
      return promise;
    },
    async giveFeedback(userId, turnId, feedback, locale) {
      const turn = await turnOf(userId, turnId);
      const event = { turnId, userId, at: clock(), event: { type: 'feedback' as const } };
      await recorder.write({
        turnId,
        change: { feedback: feedback.rating === null ? null : feedback },
        events: [event],
      });
      return view({ ...turn, feedback: feedback.rating === null ? null : feedback }, await readerOf(userId, locale));
    },
    async *follow({ userId, turnId, after, locale, signal }: FollowQuery) {
      const reader = await readerOf(userId, locale);
      const query = { userId, after, signal, ...(turnId !== undefined && { turnId }) };
      if (turnId !== undefined) await turnOf(userId, turnId);
      yield* follow(query, { store, recorder, view: async (id) => view(await turnOf(userId, id), reader) });
    },
    refusal: () => backend.refusal(),
    session: sessionOf,
    isOwner: async (userId) => isOwner(await store.users.get(userId)),
    recentTurns: (query) => store.turns.recent(query),
    stats: (query) => store.turns.stats(query),
    async close() {
      closing.abort();
      clearInterval(pruning);
      await backend.close();
      await queue.idle();
    },
  };
}

function isOwner(user: User | null): boolean {
  return user?.role === 'owner' && user.disabledAt === null;
}

// A person waits this long for "the host is away", no longer.
const PROBE_MS = 3_000;
const REMEMBER_MS = 10_000;
// A laptop that slept over the weekend still tells what its agent answered.
const AWAIT_LATE_MS = 7 * 24 * 3_600_000;
// A phone that slept an hour still replays; after that, history has it.
const KEEP_EVENTS_MS = 3_600_000;
const PRUNE_EVERY_MS = 600_000;
// An event of no turn.
const NO_TURN = '00000000-0000-0000-0000-000000000000';
