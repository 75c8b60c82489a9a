/**
 * The dispatcher of a gateway that shares its database with others. The turns on record are the queue. One gateway
 * carries a session and runs its turns in their order, see `CarrierStore`; what others want of it, such as the end of a
 * turn, they put on record. A message has it look at once; it also looks from time to time.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { PaliadinError } from '../contract/errors.ts';
import { isFinal } from '../contract/turn.ts';
import { retry } from '../process/retry.ts';
import type { Asking, CarriedTurn, CarrierStore } from '../store/carrier-store.ts';
import type { GatewayLink } from '../store/gateway-link.ts';
import type { Store } from '../store/store.ts';
import type { RunTurn, TurnDispatcher } from './dispatcher.ts';
import type { EventBus } from './event-bus.ts';
import { createLocalRuns } from './local-runs.ts';
import { oneByOne } from './one-by-one.ts';
import type { Slot } from './session-queue.ts';
import type { TurnWriter } from './turn-writer.ts';
import { woken } from './woken.ts';

export interface SharedDispatcherOptions {
  store: Pick<Store, 'turns'>;
  carriers: CarrierStore;
  link: GatewayLink;
  bus: Pick<EventBus, 'subscribe'>;
  turnWriter: Pick<TurnWriter, 'accept' | 'write'>;
  /** How many turns of a session may wait behind the one that runs, over all gateways. */
  queueLimit: number;
  /** Called when something may have been decided at another gateway in a turn that runs here. */
  onDecided(turnId: string): void;
  /** UTC milliseconds. */
  clock(): number;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  onError(what: string, error: unknown): void;
}

export function sharedDispatcher(runTurn: RunTurn, options: SharedDispatcherOptions): TurnDispatcher {
  const { store, carriers, link, bus, turnWriter, queueLimit, onDecided, clock, now, onError } = options;
  const closing = new AbortController();
  const { signal } = closing;
  const gateway = link.id;
  /** A gateway without a host runs nothing, so it never starts. */
  let started = false;
  /** When this gateway accepted turns that are not queued yet. */
  const acceptedAt = new Map<string, number>();
  /** How often this gateway starts sessions over now. */
  const held = new Map<string, number>();
  /** What is done with one session is done one after the other. */
  const inOrder = oneByOne();
  const runs = createLocalRuns(runTurn, {
    ...options,
    takeUp: (turnId) => store.turns.takeUp(turnId, clock(), gateway),
    onOver: (session) => void letGo(session),
  });

  function asking(): Asking {
    return { gateway, knowsOthers: link.knowsOthers() };
  }

  function mayCarry(): boolean {
    return started && !signal.aborted && link.isUp();
  }

  /** Queues what is open in the session, if this gateway carries it or can. Returns whether it does. */
  async function look(session: string): Promise<boolean> {
    if (!mayCarry()) return false;
    const found = await carriers.claim(session, asking());
    if (signal.aborted) return false;
    runs.leaveOthers(session, new Set(found?.map(({ turn }) => turn.turnId)));
    queue(found ?? []);
    return found !== null;
  }

  function queue(found: readonly CarriedTurn[]): void {
    for (const { turn, stopRequested } of found) {
      if (!runs.has(turn.turnId)) runs.enqueue(turn, { since: acceptedAt.get(turn.turnId) ?? null });
      acceptedAt.delete(turn.turnId);
      if (stopRequested) void runs.stop(turn.turnId);
      else onDecided(turn.turnId);
    }
  }

  /** Never rejects: where it fails, `sweep` looks again. */
  function lookSoon(session: string): Promise<boolean> {
    return inOrder(session, () => look(session)).catch((error) => {
      onError('a session was not looked at; trying again', error);
      return false;
    });
  }

  /** Has the session's carrier look: this gateway, or the one that it is. */
  async function call(session: string): Promise<void> {
    if (!(await lookSoon(session))) link.send({ sessions: [session] });
  }

  /** A turn that is open nevertheless, because its run failed, is run again when `sweep` finds it. */
  async function letGo(session: string): Promise<void> {
    if (signal.aborted || !runs.isIdle(session)) return;
    await inOrder(session, async () => runs.isIdle(session) && carriers.release(session, gateway)).catch((error) =>
      onError('a session was not released', error),
    );
  }

  /** Finds sessions whose gateway is gone, and what a lost message was about. */
  async function sweep(): Promise<void> {
    if (!mayCarry()) return;
    const due = new Set<string>();
    const here = new Set(runs.sessions());
    for (const { turnId, session, stopRequested, carrier } of await carriers.open(asking())) {
      if (carrier === 'other') {
        if (runs.has(turnId)) due.add(session);
      } else if (carrier === 'free' || !runs.has(turnId) || (stopRequested && !runs.isStopped(turnId))) {
        due.add(session);
      } else onDecided(turnId);
      here.delete(session);
    }
    // What is still here of them has ended elsewhere.
    for (const session of [...due, ...here]) void lookSoon(session);
  }

  /** Called again while it looks, it looks once more: what it is called for may have come after it had read. */
  let sweeping = false;
  let isDue = false;
  const sweepSoon = async () => {
    isDue = true;
    if (sweeping) return;
    sweeping = true;
    while (isDue) {
      isDue = false;
      await sweep().catch((error) => onError('open turns were not looked for', error));
    }
    sweeping = false;
  };
  let timer: NodeJS.Timeout | undefined;

  link.onMessage(({ sessions, all }) => {
    if (all) void sweepSoon();
    for (const session of sessions) void lookSoon(session);
  });

  async function untilOver(turnId: string): Promise<boolean> {
    const wake = woken();
    const unsubscribe = bus.subscribe({ turnId }, wake.now);
    signal.addEventListener('abort', wake.now);
    try {
      while (!signal.aborted) {
        const turn = await store.turns.get(turnId);
        if (turn === null || isFinal(turn.status)) return true;
        await wake.within(LOOK_MS);
      }
      return false;
    } finally {
      unsubscribe();
      signal.removeEventListener('abort', wake.now);
    }
  }

  /**
   * Takes the session from whoever carries it. The slot comes after its open turns, and before all that are accepted
   * later. Waits while another gateway starts it over.
   */
  async function seize(session: string): Promise<Slot> {
    for (const until = now() + HELD_MS; ; ) {
      const slot = await inOrder(session, async () => {
        const found = await carriers.seize(session, asking(), clock());
        if (found === null) return null;
        held.set(session, (held.get(session) ?? 0) + 1);
        queue(found);
        return runs.reserve(session, { force: true });
      });
      if (slot !== null) return slot;
      if (signal.aborted || now() > until) {
        throw new PaliadinError('conflict', 'this conversation is already being reset; try again');
      }
      await delay(HELD_AGAIN_MS);
    }
  }

  /** Tries until it is done: nobody else could start the session over while this gateway runs. */
  async function unhold(session: string): Promise<void> {
    const others = (held.get(session) ?? 1) - 1;
    if (others > 0) return void held.set(session, others);
    held.delete(session);
    const once = () => inOrder(session, async () => held.has(session) || carriers.unhold(session, gateway));
    await retry(once, { firstMs: LOOK_MS, signal, ref: false }).catch(() => {}); // closed
  }

  return {
    async accept(newTurn) {
      const since = now();
      const { turn, inserted } = await turnWriter.accept(newTurn, {
        shared: { mostWaiting: queueLimit, by: mayCarry() ? asking() : undefined },
      });
      if (inserted) acceptedAt.set(turn.turnId, since);
      if (!isFinal(turn.status)) void call(turn.agentSession).finally(() => acceptedAt.delete(turn.turnId));
      return { turn, inserted };
    },
    async start() {
      started = true;
      for (const turnId of await store.turns.openOfDisabled()) await carriers.requestStop(turnId, clock());
      await sweep();
      timer = setInterval(sweepSoon, LOOK_MS);
    },
    async position(turnId) {
      const before = runs.has(turnId) ? runs.position(turnId) : await store.turns.countBefore(turnId);
      return before === 0 ? null : before;
    },
    isElsewhere: (turnId) => !runs.has(turnId),
    decided: (session) => link.send({ sessions: [session] }),
    async stop(turnId) {
      const session = await carriers.requestStop(turnId, clock());
      if (session === null) return false;
      void call(session);
      return await untilOver(turnId);
    },
    async interrupt(session, work) {
      const slot = await seize(session);
      link.send({ sessions: [session] });
      return await new Promise((resolve, reject) => {
        void slot.run(session, async () => {
          await work().then(resolve, reject);
          await unhold(session);
          void letGo(session);
        });
      });
    },
    async close() {
      closing.abort();
      clearInterval(timer);
      await Promise.all([runs.close(), inOrder.idle()]);
      await carriers.releaseAll(gateway);
      link.send({ all: true });
    },
  };
}

// Others are told at once what concerns them; this is for a gateway that was killed, and for messages that were lost.
const LOOK_MS = 2_000;

// A person who starts a conversation over waits for the host, which has to answer within this time.
const HELD_MS = 20_000;
const HELD_AGAIN_MS = 100;
