/** The turns of a gateway: `createTurns` wires the steps, each of which is a file in this folder. */

import type { Backend } from '../backend/backend.ts';
import type { Hosts } from '../backend/hosts.ts';
import type { TurnView } from '../contract/api.ts';
import { asPaliadinError, PaliadinError } from '../contract/errors.ts';
import type { AgentSession } from '../contract/records/session.ts';
import type { Turn } from '../contract/records/turn.ts';
import type { User } from '../contract/records/user.ts';
import { isFinal } from '../contract/turn.ts';
import type { DeletedFiles } from '../store/attachment-store.ts';
import { noSuchConversation } from '../store/conversation-store.ts';
import type { GatewayLink } from '../store/gateway-link.ts';
import type { Store } from '../store/store.ts';
import { LAST_USED, type Question, toQuestion } from './accept.ts';
import { acknowledge } from './acknowledge.ts';
import type { AppToolsOptions } from './app-tools/turn-tools.ts';
import { createApprovals, type WhoApproves } from './approvals.ts';
import { catchUp } from './catch-up.ts';
import { chooseDispatch } from './choose-dispatch.ts';
import { createConversations } from './conversations.ts';
import { cursorsOf } from './event-bus.ts';
import { follow } from './follow.ts';
import { forgetDeleted } from './forget-deleted.ts';
import { forgetFiles } from './forget-files.ts';
import { createHealthGate } from './health-gate.ts';
import { createIntake } from './intake.ts';
import { collectLate } from './late.ts';
import { moveSession } from './move.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { type ConversationSettings, placeSession } from './place-session.ts';
import { reset } from './reset.ts';
import { runTurn } from './run-turn.ts';
import { stopAll } from './stop-all.ts';
import { requireFilesTaken } from './takes-files.ts';
import { EMPTY_SNAPSHOT, turnSnapshot } from './turn-snapshot.ts';
import { createTurnWriter } from './turn-writer.ts';
import type { Turns } from './turns.ts';
import { type Reader, toView } from './view.ts';
import { watchChanges } from './watch-changes.ts';
import { elsewhere } from './when-away.ts';

export interface TurnsOptions {
  store: Store;
  hosts: Hosts;
  /** To the gateways that share the store; null where this one has it for itself. */
  link: GatewayLink | null;
  sessionPrefix: string;
  conversations: ConversationSettings;
  queueLimit: number;
  /** How long a question may wait for its host, where its user wants that. Milliseconds. */
  awayLimitMs: number;
  /** Origins of the pages that a question may come from. */
  appOrigins: readonly string[];
  /** The application's tools; absent or null where it offers none. */
  appTools?: AppToolsOptions | null;
  /** How many files a question may have. */
  mostFiles: number;
  approvals: { who: WhoApproves; patienceMs: number };
  /** UTC milliseconds. */
  clock(): number;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  newId(): string;
  /** An error that no caller gets: `what` holds no text of a user. */
  onError(what: string, error: unknown): void;
  /** A turn has ended, and that is on record. */
  onEnded?(turn: Turn): void;
}

type Asked = Pick<Question, 'userId' | 'sessionId' | 'begins' | 'whenAway' | 'attachmentIds'>;

export interface RunningTurns extends Turns {
  /**
   * Lets other gateways run the turns, while this one still answers what it was asked. Does nothing where there are no
   * others.
   */
  handOver(): Promise<void>;
  /** Has hosts delete the files of deleted questions. Those that are away do it when they are back. */
  forgetFiles(): Promise<void>;
  /** Stops accepting and running turns; open turns are taken up by other gateways, or at the next start. */
  close(): Promise<void>;
}

/** Takes up the turns that an earlier gateway left open, unless another one has, and serves. */
export async function createTurns(options: TurnsOptions): Promise<RunningTurns> {
  const { store, hosts, link, clock, now, newId, onError, onEnded } = options;
  await store.events.skipLost();
  const { bus, createDispatcher, leads, close } = chooseDispatch({ store, link, onError });
  const turnWriter = createTurnWriter(store, {
    onStored(events) {
      bus.publish(cursorsOf(events), events);
      for (const { turnId, event } of events) if (event.type === 'finished') tellEnded(turnId);
    },
  });
  const gate = createHealthGate({ ...GATE, now });
  const approvals = createApprovals({ store, hosts, turnWriter, ...options.approvals, clock, onError });
  const steps = { store, hosts, turnWriter, gate, approvals, appTools: options.appTools ?? null, clock, now, onError };
  const dispatcher = createDispatcher((run) => runTurn(run, steps), {
    ...steps,
    queueLimit: options.queueLimit,
    onDecided: (turnId) => void approvals.hear(turnId),
  });
  const { sessionPrefix, conversations: settings } = options;
  /** A host that is on no list any more is not waited for. */
  const isListed = (host: string) => hosts.all().some((backend) => backend.host === host);
  const endConversation = async ({ name, host }: { name: string; host: string }) => {
    if (isListed(host)) await hosts.of({ host }).reset(name, { forget: true });
  };
  const deleteFiles = async ({ host, session, turnId }: DeletedFiles) => {
    if (isListed(host)) await hosts.of({ host }).acknowledge(session, turnId, { forget: true });
  };
  const shared = { ...steps, dispatcher, sessionPrefix, conversations: settings, endConversation, deleteFiles };
  const conversations = createConversations(shared);
  const accept = createIntake({ ...shared, sessionFor, newId, awayLimitMs: options.awayLimitMs });

  /** Called in the gateway that wrote the end, so that each turn is counted once. */
  function tellEnded(turnId: string): void {
    if (onEnded === undefined) return;
    store.turns.get(turnId).then(
      (turn) => turn !== null && onEnded(turn),
      (error) => onError('the end of a turn was not counted', error),
    );
  }

  function sessionOf(userId: string, sessionId: string = LAST_USED): Promise<AgentSession> {
    return placeSession(userId, sessionId, shared);
  }

  async function sessionFor({ userId, sessionId, begins, whenAway, attachmentIds }: Asked): Promise<AgentSession> {
    const own = await sessionOf(userId, sessionId).catch(async (error) => {
      if (!begins || asPaliadinError(error, 'internal').code !== 'not_found') throw error;
      return sessionOf(userId, (await conversations.create(userId)).sessionId);
    });
    const session = whenAway === 'elsewhere' ? await elsewhere(own, shared) : own;
    if (attachmentIds.length > 0) await requireFilesTaken(hosts.of(session), { whenAway });
    return session;
  }

  async function turnOf(userId: string, turnId: string): Promise<Turn> {
    const turn = await store.turns.get(turnId);
    if (turn?.userId === userId) return turn;
    throw new PaliadinError('not_found', 'you have no turn with this id');
  }

  /** By its id, or the turns that named an id of a chat. */
  async function inConversation<T extends { sessionId?: string }>(userId: string, id: string, query: T) {
    const { sessionId: _, ...rest } = query;
    const isConversation = settings.howMany === 'many' || (await store.sessions.byUser(userId))?.name === id;
    const found = isConversation ? await store.conversations.get(userId, id) : null;
    if (found !== null) return { ...rest, agentSession: found.name };
    if ((await store.conversations.ofChat(userId, id)) === null) throw noSuchConversation();
    return query;
  }

  async function readerOf(userId: string, locale: string | null | undefined): Promise<Reader> {
    const user = await store.users.get(userId);
    return { locale: locale ?? user?.locale ?? null, seesDetails: isOwner(user) };
  }

  async function view(turn: Turn, reader: Reader): Promise<TurnView> {
    const shown = isFinal(turn.status)
      ? {
          ...EMPTY_SNAPSHOT,
          decisions: (await store.events.decided(turn.turnId)).map(({ at: _, ...decided }) => decided),
        }
      : await turnSnapshot(store, turn);
    return toView(turn, { ...shown, position: await positionOf(turn) }, reader);
  }

  async function positionOf({ turnId, status }: Turn): Promise<number | null> {
    return status === 'queued' ? await dispatcher.position(turnId) : null;
  }

  const searching = oneAtATime(SEARCHES_WAITING);

  function collect(turnId: string): Promise<void> {
    return collectLate(turnId, shared).catch((error) => onError('a late answer was not collected', error));
  }

  // Where this fails, it is repeated when the host is back.
  const acknowledgeIfThere = (turn: Turn) => acknowledge(turn, shared).catch(() => {});
  // Each host by itself: one that is slow delays no other.
  const caughtUp = new Map<Backend, Promise<void>>();
  const catchUpDue = new Set<Backend>();
  const catchUpWith = (host: Backend) => {
    // A host that comes and goes meanwhile needs only one run, which begins later.
    if (catchUpDue.has(host)) return;
    catchUpDue.add(host);
    const concerns = (turn: Turn) => hosts.of(turn) === host;
    const run = async () => {
      catchUpDue.delete(host);
      await forgetDeleted(shared, (deleted) => deleted.host === host.host);
      await forgetFiles(shared, (deleted) => deleted.host === host.host);
      return catchUp({ store, concerns, collectLate: collect, acknowledge: acknowledgeIfThere, clock });
    };
    const before = caughtUp.get(host) ?? Promise.resolve();
    const next = before.then(run).catch((error) => onError('what a host may still know was not looked for', error));
    caughtUp.set(host, next);
  };
  let started: Promise<void> | null = null;
  /** Once, and not before there is a host: turns that were left open wait until then. */
  const startDispatching = () => {
    started ??= dispatcher.start().catch((error) => {
      started = null;
      throw error;
    });
    return started;
  };
  if (hosts.refusal() === null) {
    await startDispatching().catch(async (error) => {
      // Turns that were already taken up are left again; the first error is the one to report.
      await dispatcher.close().catch((late) => onError('the turns were not left', late));
      throw error;
    });
  }
  hosts.each((host) => {
    host.onLate(({ turnId }) => void collect(turnId));
    host.onBack(() => catchUpWith(host));
    if (host.refusal() !== null) return;
    startDispatching().catch((error) => onError('the open turns were not taken up', error));
    catchUpWith(host);
  });
  // Polls the store for disabled users: the command line, which can disable them too, is another process.
  const stopping = new Set<string>();
  const stopOnce = async (turnId: string) => {
    if (stopping.has(turnId)) return;
    stopping.add(turnId);
    await dispatcher
      .stop(turnId)
      .catch((error) => onError('a turn of a disabled user was not stopped; trying again', error));
    stopping.delete(turnId);
  };
  const sweeping = setInterval(() => {
    store.turns.openOfDisabled().then(
      (ids) => ids.forEach((turnId) => void stopOnce(turnId)),
      (error) => onError('whose turns are to be stopped was not looked for', error),
    );
  }, SWEEP_EVERY_MS);
  const prune = async () => {
    if (!(await leads())) return;
    await store.events.prune(clock() - KEEP_EVENTS_MS);
    await store.requestCounts?.prune();
  };
  const pruning = setInterval(() => {
    prune().catch((error) => onError('old events were not dropped', error));
  }, PRUNE_EVERY_MS);

  return {
    async forgetFiles() {
      await forgetFiles(shared);
    },
    async ask(request, key) {
      const refusal = hosts.refusal();
      if (refusal !== null) throw refusal;
      await startDispatching();
      const { turn, repeated } = await accept(toQuestion(request, options.appOrigins, options.mostFiles), key ?? null);
      // A new turn has no events to read yet.
      const fresh = { ...EMPTY_SNAPSHOT, position: await positionOf(turn).catch(() => null) };
      if (!repeated)
        return { turn: toView(turn, fresh, { locale: request.locale ?? null, seesDetails: false }), repeated };
      return { turn: await view(turn, await readerOf(request.userId, request.locale)), repeated };
    },
    async get(userId, turnId, locale) {
      return view(await turnOf(userId, turnId), await readerOf(userId, locale));
    },
    async byKey(userId, key, locale) {
      const turn = await store.turns.byKey(userId, key);
      return turn === null ? null : view(turn, await readerOf(userId, locale));
    },
    async history({ limit, search, ...query }, locale) {
      // Read first: everything that happens later is in the stream, so no event is lost between the two.
      const cursor = await store.events.lastId();
      const reader = await readerOf(query.userId, locale);
      const where = query.sessionId === undefined ? query : await inConversation(query.userId, query.sessionId, query);
      const { turns: found, next } = await (search === undefined
        ? store.turns.history({ ...where, limit })
        : searching(query.userId, () => store.turns.history({ ...where, search, limit })));
      return { turns: await Promise.all(found.map((turn) => view(turn, reader))), nextBefore: next, cursor };
    },
    async cancel(userId, turnId, locale) {
      const turn = await turnOf(userId, turnId);
      if (!isFinal(turn.status)) {
        const about = { actor: userId, subject: userId, turnId, detail: {} };
        await store.audit.append([{ ...about, at: clock(), action: 'turn.stop' }]);
      }
      await dispatcher.stop(turnId);
      return view(await turnOf(userId, turnId), await readerOf(userId, locale));
    },
    async decide(userId, turnId, approvalId, decision, locale) {
      const turn = await turnOf(userId, turnId);
      if (dispatcher.isElsewhere(turnId)) {
        await approvals.decideElsewhere(turn, approvalId, decision);
        dispatcher.decided(turn.agentSession);
      } else await approvals.decide(turn, approvalId, decision);
      return view(await turnOf(userId, turnId), await readerOf(userId, locale));
    },
    async reset(userId, sessionId) {
      return reset(await sessionOf(userId, sessionId), userId, shared);
    },
    conversations,
    async giveFeedback(userId, turnId, { rating, comment }, locale) {
      await turnOf(userId, turnId);
      const feedback = rating === null ? null : { rating, comment };
      const event = { turnId, userId, at: clock(), event: { type: 'feedback' as const } };
      await turnWriter.write({ turnId, change: { feedback }, events: [event] });
      return view(await turnOf(userId, turnId), await readerOf(userId, locale));
    },
    async *follow({ userId, turnId, after, locale, signal }) {
      const reader = await readerOf(userId, locale);
      if (turnId !== undefined) await turnOf(userId, turnId);
      const query = { userId, after, signal, ...(turnId !== undefined && { turnId }) };
      yield* follow(query, {
        store,
        bus,
        view: async (id) => view(await turnOf(userId, id), reader),
        conversation: (id) => conversations.get(userId, id),
      });
    },
    refusal: hosts.refusal,
    session: (userId) => sessionOf(userId),
    howMany: settings.howMany,
    async resetSession(name, actor) {
      const session = await store.sessions.get(name);
      if (session === null) throw new PaliadinError('not_found', 'there is no session with this name');
      return reset(session, actor, shared);
    },
    async moveSession(name, host, actor) {
      const session = await store.sessions.get(name);
      if (session === null) throw new PaliadinError('not_found', 'there is no session with this name');
      return moveSession(session, host, actor, shared);
    },
    stopAll: (userId) => stopAll(userId, shared),
    watch: (listener) => watchChanges(listener, { events: store.events, bus, onError }),
    handOver: async () => (link === null ? undefined : await dispatcher.close()),
    async close() {
      clearInterval(pruning);
      clearInterval(sweeping);
      await Promise.all([dispatcher.close(), hosts.close()]);
      close();
    },
  };
}

function isOwner(user: User | null): boolean {
  return user?.role === 'owner' && user.disabledAt === null;
}

const GATE = {
  // A user waits this long before "the host is away", no longer.
  probeMs: 3_000,
  // Longer than opening a channel takes to succeed or to fail.
  firstProbeMs: 40_000,
  cacheMs: 10_000,
};
// For a user who goes on typing while a search runs.
const SEARCHES_WAITING = 3;
// A phone that slept an hour still gets a replay; older turns are in the history.
const KEEP_EVENTS_MS = 3_600_000;
const PRUNE_EVERY_MS = 600_000;
// The turns of a disabled user stop as soon as that user's streams end.
const SWEEP_EVERY_MS = 2000;
