/** Runs one accepted turn to its end: health gate, delivery, answer, record. */
import type { Backend } from '../backend/backend.ts';
import type { Hosts } from '../backend/hosts.ts';
import { NO_WORDS } from '../contract/envelope.ts';
import { asPaliadinError, PaliadinError } from '../contract/errors.ts';
import { type HostOutcome, type HostPrompt, type HostUpdate, NO_JOURNAL } from '../contract/host.ts';
import type { Turn, TurnChange } from '../contract/records/turn.ts';
import type { TurnStatus } from '../contract/turn.ts';
import { retry } from '../process/retry.ts';
import { reached } from '../process/turn-step.ts';
import { PIECE_BYTES } from '../store/attachment-store.ts';
import type { Store } from '../store/store.ts';
import { isTakenOver, type TurnWrite } from '../store/turn-store.ts';
import { acknowledge } from './acknowledge.ts';
import { type AppToolsOptions, type OpenTurnTools, openTurnTools } from './app-tools/turn-tools.ts';
import type { Approvals } from './approvals.ts';
import type { TurnRun } from './dispatcher.ts';
import { earlierTurns } from './earlier.ts';
import { fetchAnswer } from './fetch-answer.ts';
import { ended, refused } from './finish.ts';
import type { HealthGate } from './health-gate.ts';
import { stoppable } from './stoppable.ts';
import { createTurnEventWriter, type TurnEventWriter, toBodies } from './turn-event-writer.ts';
import { EMPTY_SNAPSHOT, type TurnSnapshot, turnSnapshot } from './turn-snapshot.ts';
import type { TurnWriter } from './turn-writer.ts';
import { unlessLeft } from './unless-left.ts';
import { isAway, untilBack } from './when-away.ts';

export interface RunTurnOptions {
  hosts: Pick<Hosts, 'of'>;
  gate: HealthGate;
  approvals: Approvals;
  turnWriter: TurnWriter;
  store: Pick<Store, 'appTools' | 'attachments' | 'events' | 'sessions' | 'turns' | 'users'>;
  /** The application's tools; null where it offers none. */
  appTools: AppToolsOptions | null;
  clock(): number;
  /** Milliseconds of a monotonic clock. */
  now(): number;
  onError(what: string, error: unknown): void;
}

type End = TurnChange & { status: TurnStatus };

/** A run, with the values that its steps share. */
interface Run extends TurnRun, RunTurnOptions {
  backend: Backend;
  /**
   * `turnWriter.write` with this run's fence: once another run has taken the turn up, it is refused and this run is
   * left.
   */
  write(write: Omit<TurnWrite, 'turnId' | 'fence'>): Promise<void>;
}

/** Resolves when the end is on record, or the run was left, after which nothing more is written. */
export async function runTurn(turnRun: TurnRun, options: RunTurnOptions): Promise<void> {
  const run = begin(turnRun, options);
  reached(run.turn.turnId, 'taken up');
  const { turn, leave, onError } = run;
  const past = await pastOf(run);
  if (past === null) return;
  const eventWriter = createTurnEventWriter({
    known: past.text,
    deliveredAt: turn.deliveredAt,
    notices: turn.notices,
    clock: run.clock,
    write: (events, change) => {
      // A reader may miss an event that is not stored; the end of the turn brings the reader the whole turn.
      const write = { change, events: toBodies(turn, run.clock(), events), progress: true };
      run.write(write).catch((error) => onError('progress of a turn was not stored', error));
    },
  });
  const show = (update: HostUpdate) => {
    if (!leave.aborted) eventWriter.take(update);
  };
  const onChanged = (tool: string) => {
    if (!leave.aborted) eventWriter.changed(tool);
  };
  const toolRun = { turn, stop: run.stop, leave, show, onChanged };
  const tools = run.appTools && openTurnTools(toolRun, { ...run, ...run.appTools });
  let end: End;
  let heard = true;
  try {
    end = await deliver(run, past, eventWriter, tools);
    reached(turn.turnId, 'the host has told the end');
  } catch (error) {
    if (leave.aborted) return void eventWriter.finish();
    heard = false;
    end = refused(asPaliadinError(error, 'internal'), eventWriter.answer);
  } finally {
    run.approvals.forget(turn.turnId);
    await tools?.close();
  }
  const finishedAt = run.clock();
  const change = { ...end, finishedAt, durationMs: durationOf(run) };
  const events = toBodies(turn, finishedAt, [...eventWriter.finish(), { type: 'finished', status: end.status }]);
  await writeUntilStored(run, { change, events });
  // Not after an error: where no outcome came from the host, an answer may still come.
  if (heard) acknowledge(turn, options).catch(() => {}); // again when the host is back
}

function begin(turnRun: TurnRun, options: RunTurnOptions): Run {
  const { turnId, fence } = turnRun.turn;
  const takenOver = new AbortController();
  return {
    ...turnRun,
    ...options,
    backend: options.hosts.of(turnRun.turn),
    leave: AbortSignal.any([turnRun.leave, takenOver.signal]),
    async write(write) {
      try {
        await options.turnWriter.write({ ...write, turnId, fence });
      } catch (error) {
        if (isTakenOver(error)) takenOver.abort();
        throw error;
      }
    },
  };
}

/** What earlier runs reported of the turn; null where this run was left meanwhile. */
async function pastOf({ turn, store, leave, onError }: Run): Promise<TurnSnapshot | null> {
  if (turn.status === 'queued') return EMPTY_SNAPSHOT;
  const read = async () => (leave.aborted ? null : ((await unlessLeft(turnSnapshot(store, turn), leave)) ?? null));
  const onFailure = (error: unknown) => onError('what was told of a turn was not read; trying again', error);
  return retry(read, { firstMs: STORE_AGAIN_MS, signal: leave, onFailure }).catch(() => null); // left
}

async function deliver(
  run: Run,
  past: TurnSnapshot,
  eventWriter: TurnEventWriter,
  tools: OpenTurnTools | null,
): Promise<End> {
  const { turn, stop, leave, backend, gate, approvals } = run;
  let { earlier } = turn;
  const begin = async () => {
    const ended = AbortSignal.any([stop, leave]);
    await stoppable(gate.pass(turn.agentSession, backend), ended);
    earlier = await stoppable(beginAfterMove(run), ended);
    await markDelivering(run, earlier);
    if (earlier !== null) eventWriter.take({ type: 'notice', notice: 'moved' });
  };
  const isNew = turn.status === 'queued';
  if (isNew) await orWait(run, eventWriter, begin);
  await approvals.begin(turn, past);
  const take = (update: HostUpdate) => {
    if (!leave.aborted && approvals.see(turn, update)) eventWriter.take(update);
  };
  // A user who has stopped the turn has nothing more to decide in it.
  const forget = () => approvals.forget(turn.turnId);
  stop.addEventListener('abort', forget);
  if (stop.aborted) forget();
  const ask = () => runStoppable(run, withFiles(run, toPrompt({ ...turn, earlier }, past.text.length)), take, tools);
  const again = async () => {
    await begin();
    return ask();
  };
  const outcome = await ask().catch((error) => {
    // It was never handed over, or the host would be asked what became of it.
    if (isNew && turn.awayUntil !== null && isAway(error)) return orWait(run, eventWriter, again);
    throw error;
  });
  // For a host that stayed away, only what it had sent so far is known.
  const whole = eventWriter.answer.length >= outcome.answerLength;
  const answer = whole ? eventWriter.answer : await fetchAnswer(backend, turn, outcome.answerLength);
  return ended(outcome, answer);
}

/** Does `work`, which has not handed the turn over where it fails; where the turn may wait for its host, again and again. */
async function orWait<T>(run: Run, eventWriter: TurnEventWriter, work: () => Promise<T>): Promise<T> {
  const { turn, stop, leave, backend, gate, clock, write } = run;
  const until = turn.awayUntil;
  for (let waited = false; ; waited = true) {
    try {
      const done = await work();
      if (waited) eventWriter.take({ type: 'presence', presence: 'here' });
      return done;
    } catch (error) {
      if (until === null || !isAway(error)) throw error;
      gate.drop(turn.agentSession);
      if (!waited) {
        // Also where it had been marked as being delivered.
        const events = toBodies(turn, clock(), [{ type: 'queued', position: 0 }]);
        await write({ change: { status: 'queued', handedOverAt: null }, events });
        eventWriter.take({ type: 'presence', presence: 'away' });
      }
      const ended = AbortSignal.any([stop, leave]);
      await stoppable(untilBack(backend, { until, now: clock(), signal: ended }), ended);
    }
  }
}

/**
 * What goes along with the first turn after a move, see `earlierTurns`. The host may still have a conversation of this
 * session, from before the session left it.
 */
async function beginAfterMove({ turn, store, backend }: Run): Promise<string | null> {
  const earlier = await earlierTurns(turn, store);
  if (earlier !== null) await backend.reset(turn.agentSession);
  return earlier;
}

/**
 * Awaited where the host keeps no journal: after a crash nothing else could say that the host may have the question.
 * And after a move: another run must not end the conversation that this one begins, and has to prompt the same text.
 */
async function markDelivering({ turn, write, backend, clock, onError }: Run, earlier: string | null): Promise<void> {
  const handedOverAt = clock();
  const change = { status: 'delivering' as const, handedOverAt, ...(earlier !== null && { earlier }) };
  const marked = write({ change, events: toBodies(turn, handedOverAt, [{ type: 'delivering' }]), progress: true });
  if (earlier !== null || backend.identity()?.protocol === NO_JOURNAL) await marked;
  else marked.catch((error) => onError('a delivery was not marked', error));
}

async function runStoppable(
  { backend, stop, leave, onError }: Run,
  prompt: HostPrompt,
  take: (update: HostUpdate) => void,
  tools: OpenTurnTools | null,
): Promise<HostOutcome> {
  const unheard = Promise.withResolvers<never>();
  const letGo = new AbortController();
  const cancel = async () => {
    // Sent for as long as the turn goes on. Where the host is away the user need not wait: the host gets it when it is
    // back.
    while (!over && !leave.aborted) {
      try {
        await backend.cancel(prompt.session, prompt.turnId);
        over = letGo.signal.aborted;
      } catch (error) {
        if (!letGo.signal.aborted) onError('a stop was not heard', error);
        letGo.abort();
        unheard.reject(new PaliadinError('cancelled', 'the host is away; it is told to stop when it is back'));
      }
      await new Promise((resolve) => setTimeout(resolve, CANCEL_AGAIN_MS).unref());
    }
  };
  let over = false;
  stop.addEventListener('abort', cancel);
  if (stop.aborted) cancel();
  try {
    const asked = backend.run(prompt, take, {
      leave: AbortSignal.any([letGo.signal, leave]),
      tools: tools ?? undefined,
    });
    return await stoppable(Promise.race([asked, unheard.promise]), leave);
  } finally {
    over = !letGo.signal.aborted;
    stop.removeEventListener('abort', cancel);
  }
}

function toPrompt(turn: Turn, from: number): HostPrompt {
  return {
    session: turn.agentSession,
    turnId: turn.turnId,
    message: turn.message || NO_WORDS,
    pageOrigin: turn.pageOrigin ?? undefined,
    context: turn.context ?? undefined,
    locale: turn.locale ?? undefined,
    earlier: turn.earlier || undefined,
    fence: turn.fence,
    from,
    // Before these statuses it is not certain that anything was typed, and a journal without the turn proves that
    // nothing was.
    known: turn.status === 'running' || turn.status === 'waiting',
    handedOver: turn.status !== 'queued',
  };
}

/** The files come from the store: every gateway that shares it has them. */
function withFiles({ turn, store, stop }: Run, prompt: HostPrompt): HostPrompt {
  const { attachments } = turn;
  if (attachments.length === 0) return prompt;
  const read = async (index: number, offset: number) => {
    const piece = await store.attachments.piece(attachments[index]?.id ?? '', Math.floor(offset / PIECE_BYTES));
    if (piece === null) throw new PaliadinError('attachment_invalid', 'a file of this question is not stored any more');
    return piece.subarray(offset % PIECE_BYTES);
  };
  return {
    ...prompt,
    attachments: attachments.map(({ name, type, size, sha256 }) => ({ name, type, size, sha256 })),
    attachmentSource: { read, stop },
  };
}

function durationOf({ since, turn, now, clock }: Run): number {
  return Math.max(0, Math.round(since === null ? clock() - turn.startedAt : now() - since));
}

/** The host keeps the answer until it is acknowledged, so this waits for a store that is unavailable. */
async function writeUntilStored({ write, leave, onError }: Run, end: Parameters<Run['write']>[0]): Promise<void> {
  const store = async () => leave.aborted || (await unlessLeft(write(end), leave));
  const onFailure = (error: unknown) => onError('the end of a turn was not stored; trying again', error);
  await retry(store, { firstMs: STORE_AGAIN_MS, when: () => !leave.aborted, signal: leave, onFailure }).catch(() => {}); // left
}

const CANCEL_AGAIN_MS = 1000;
const STORE_AGAIN_MS = 1000;
