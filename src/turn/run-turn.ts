/** Carries one accepted turn to its end: health gate, delivery, answer, record. */
import type { Backend } from '../backend/backend.ts';
import { asPaliadinError, PaliadinError } from '../contract/errors.ts';
import { type HostOutcome, type HostPrompt, type HostUpdate, NO_JOURNAL } from '../contract/host.ts';
import type { Turn, TurnChange } from '../contract/records/turn.ts';
import type { TurnStatus } from '../contract/turn.ts';
import { retry } from '../process/retry.ts';
import type { Store } from '../store/store.ts';
import { acknowledge } from './acknowledge.ts';
import type { Approvals } from './approvals.ts';
import { fetchAnswer } from './fetch-answer.ts';
import { ended, refused } from './finish.ts';
import type { HealthGate } from './health-gate.ts';
import { stoppable } from './stoppable.ts';
import { createTurnEventWriter, type TurnEventWriter, toBodies } from './turn-event-writer.ts';
import type { TurnSnapshot } from './turn-snapshot.ts';
import type { TurnWriter } from './turn-writer.ts';

export interface RunTurnOptions {
  backend: Backend;
  gate: HealthGate;
  approvals: Approvals;
  turnWriter: TurnWriter;
  store: Store;
  fence: number;
  clock(): number;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  onError(what: string, error: unknown): void;
  /** Aborts when the gateway stops: turns are left as they are, and taken up at the next start. */
  closing: AbortSignal;
}

/** A turn on its way. */
export interface TurnRun {
  turn: Turn;
  /** Aborts when a person wants it stopped. */
  stop: AbortSignal;
  /** What a gateway before this one had told of it. */
  past: TurnSnapshot;
  /** When it was accepted, on the monotonic clock; null where another process accepted it. */
  since: number | null;
}

type End = TurnChange & { status: TurnStatus };

export async function runTurn(turnRun: TurnRun, options: RunTurnOptions): Promise<void> {
  const { turn } = turnRun;
  const { turnWriter, approvals, clock, onError, closing } = options;
  const eventWriter = createTurnEventWriter({
    known: turnRun.past.text,
    deliveredAt: turn.deliveredAt,
    notices: turn.notices,
    clock,
    write: (events, change) => {
      // An event that is not stored is missed by a reader, who gets the whole turn at its end.
      const write = { turnId: turn.turnId, change, events: toBodies(turn, clock(), events), progress: true };
      turnWriter.write(write).catch((error) => onError('progress of a turn was not stored', error));
    },
  });
  let end: End;
  let heard = true;
  try {
    end = await deliver(turnRun, eventWriter, options);
  } catch (error) {
    if (closing.aborted) return;
    heard = false;
    end = refused(asPaliadinError(error, 'internal'), eventWriter.answer);
  } finally {
    approvals.forget(turn.turnId);
  }
  const finishedAt = clock();
  const change = { ...end, finishedAt, durationMs: durationOf(turnRun, options) };
  const events = toBodies(turn, finishedAt, [...eventWriter.finish(), { type: 'finished', status: end.status }]);
  await writeUntilStored({ turnId: turn.turnId, change, events }, options);
  // Where nothing was heard of it, there may be an answer to come.
  if (heard) acknowledge(turn, options).catch(() => {}); // again when the host is back
}

async function deliver(
  { turn, stop, past }: TurnRun,
  eventWriter: TurnEventWriter,
  options: RunTurnOptions,
): Promise<End> {
  const { backend, gate, approvals, fence } = options;
  if (turn.status === 'queued') {
    await stoppable(gate.pass(turn.agentSession), stop);
    await markDelivering(turn, options);
  }
  await approvals.begin(turn, past);
  const take = (update: HostUpdate) => {
    if (approvals.see(turn, update)) eventWriter.take(update);
  };
  // Whoever stops the turn has nothing more to decide in it.
  const forget = () => approvals.forget(turn.turnId);
  stop.addEventListener('abort', forget);
  if (stop.aborted) forget();
  const outcome = await runStoppable(toPrompt(turn, fence, past.text.length), take, stop, options);
  // Of a host that stayed away nothing is known but what it had told.
  const whole = eventWriter.answer.length >= outcome.answerLength;
  const answer = whole ? eventWriter.answer : await fetchAnswer(backend, turn, outcome.answerLength);
  return ended(outcome, answer);
}

/** Waited for only where the host keeps no journal: after a crash nothing else could say that it may have the question. */
async function markDelivering(
  turn: Turn,
  { turnWriter, backend, fence, clock, onError }: RunTurnOptions,
): Promise<void> {
  const handedOverAt = clock();
  const change = { status: 'delivering' as const, fence, handedOverAt };
  const events = toBodies(turn, handedOverAt, [{ type: 'delivering' }]);
  const marked = turnWriter.write({ turnId: turn.turnId, change, events, progress: true });
  if (backend.identity()?.protocol === NO_JOURNAL) await marked;
  else marked.catch((error) => onError('a delivery was not marked', error));
}

async function runStoppable(
  prompt: HostPrompt,
  take: (update: HostUpdate) => void,
  stop: AbortSignal,
  { backend, onError, closing }: RunTurnOptions,
): Promise<HostOutcome> {
  const unheard = Promise.withResolvers<never>();
  const leave = new AbortController();
  const cancel = async () => {
    // It is told as long as the turn goes on. Where the host is away the person need not wait: it is told when it is back.
    while (!over && !closing.aborted) {
      try {
        await backend.cancel(prompt.session, prompt.turnId);
        over = leave.signal.aborted;
      } catch (error) {
        if (!leave.signal.aborted) onError('a stop was not heard', error);
        leave.abort();
        unheard.reject(new PaliadinError('cancelled', 'the host is away; it is told to stop when it is back'));
      }
      await new Promise((resolve) => setTimeout(resolve, CANCEL_AGAIN_MS).unref());
    }
  };
  let over = false;
  stop.addEventListener('abort', cancel);
  if (stop.aborted) cancel();
  try {
    return await Promise.race([backend.run(prompt, take, leave.signal), unheard.promise]);
  } finally {
    over = !leave.signal.aborted;
    stop.removeEventListener('abort', cancel);
  }
}

function toPrompt(turn: Turn, fence: number, from: number): HostPrompt {
  return {
    session: turn.agentSession,
    turnId: turn.turnId,
    message: turn.message,
    pageOrigin: turn.pageOrigin ?? undefined,
    context: turn.context ?? undefined,
    locale: turn.locale ?? undefined,
    fence,
    from,
    // Until then nothing was typed for certain, and a journal without the turn says that nothing was.
    known: turn.status === 'running' || turn.status === 'waiting',
    handedOver: turn.status !== 'queued',
  };
}

function durationOf({ since, turn }: TurnRun, { now, clock }: RunTurnOptions): number {
  return Math.max(0, Math.round(since === null ? clock() - turn.startedAt : now() - since));
}

/** The host keeps the answer until it is acknowledged, so a store that is away is waited for. */
async function writeUntilStored(
  write: Parameters<TurnWriter['write']>[0],
  { turnWriter, closing, onError }: RunTurnOptions,
): Promise<void> {
  const store = async () => closing.aborted || (await unlessClosing(turnWriter.write(write), closing));
  const onFailure = (error: unknown) => onError('the end of a turn was not stored; trying again', error);
  await retry(store, { firstMs: STORE_AGAIN_MS, signal: closing, onFailure }).catch(() => {}); // closing
}

/** A gateway that stops waits a moment for its store, no longer: the next one asks the host again. */
async function unlessClosing(work: Promise<void>, closing: AbortSignal): Promise<void> {
  const { promise: left, resolve } = Promise.withResolvers<void>();
  const leave = () => setTimeout(resolve, LEAVE_MS);
  closing.addEventListener('abort', leave);
  try {
    await Promise.race([work, left]);
  } finally {
    closing.removeEventListener('abort', leave);
  }
}

const CANCEL_AGAIN_MS = 1000;
const STORE_AGAIN_MS = 1000;
const LEAVE_MS = 1000;
