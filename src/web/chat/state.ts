/**
 * Everything the chat shows, and how it changes: one pure function. What is shown comes from the history
 * and the event stream, so that two tabs, a reload and a reconnect all end with the same picture.
 */
import type { AskBody, HistoryPage, StreamedEvent, TurnView } from '../../contract/api.ts';
import type { ApprovalStep } from '../../contract/approval-machine.ts';
import type { Attachment } from '../../contract/attachment.ts';
import { isFinal } from '../../contract/turn.ts';
import type { Connection } from '../kept-stream.ts';
import { type ChatTurn, ended, fromView, isOpen, lookedUp, progress, stepApproval } from './chat-turn.ts';

export interface ChatState {
  /** The history is there. Until then nothing is known, not even that it is empty. */
  loaded: boolean;
  /** Oldest first. */
  turns: readonly ChatTurn[];
  /** Where the next older page begins; null where there is none. */
  earlier: string | null;
  loadingEarlier: boolean;
  /** The present conversation with the agent. */
  generation: number;
  /** It began with a move to another host, and gets the last turns before with its first question. */
  moved: boolean;
  /** The newest event that is in this picture. */
  cursor: number;
  /** By how much this browser's clock is ahead of the server's, in milliseconds. */
  clockAhead: number | null;
  connection: Connection;
  draft: string;
  /** The question that is on its way to the gateway. */
  sending: Sending | null;
  /** What was last sent and perhaps not taken; the same body again goes under the same key. */
  attempt: Attempt | null;
  /** Why the last thing that the person did was not done. */
  problem: string | null;
}

export interface Attempt {
  key: string;
  body: AskBody;
}

export interface Sending extends Attempt {
  /** Those that its body names. */
  files: readonly Attachment[];
  startedAt: number;
  /** The question was typed into the box: where it is not taken, it goes back there. */
  fromBox: boolean;
  /** Stop was pressed before the gateway had answered. */
  stop: boolean;
}

export interface NumberedEvent {
  id: number;
  event: StreamedEvent;
}

export type Action =
  | { type: 'loaded'; page: HistoryPage; clockAhead: number | null }
  | { type: 'events'; events: readonly NumberedEvent[]; receivedAt: number }
  | { type: 'loading-earlier' }
  | { type: 'loaded-earlier'; page: HistoryPage | null }
  | { type: 'connection'; connection: Connection }
  | { type: 'draft'; text: string }
  | { type: 'sending'; sending: Sending }
  | { type: 'stop-sending' }
  | { type: 'taken'; key: string; turn: TurnView }
  | { type: 'not-taken'; key: string; problem: string | null; keepKey: boolean }
  | { type: 'stopping'; turnId: string; stopping: boolean }
  | { type: 'approval'; turnId: string; id: string; step: ApprovalStep }
  | { type: 'turn'; turn: TurnView }
  | { type: 'reset'; generation: number }
  | { type: 'problem'; problem: string | null };

export function initialState(start: {
  generation: number;
  moved: boolean;
  draft: string;
  attempt: Attempt | null;
}): ChatState {
  return {
    loaded: false,
    turns: [],
    earlier: null,
    loadingEarlier: false,
    cursor: 0,
    clockAhead: null,
    connection: 'live',
    sending: null,
    problem: null,
    ...start,
  };
}

/** The turn that the agent is on, or the first that waits. */
export function activeTurn(state: ChatState): ChatTurn | null {
  return state.turns.find((turn) => isOpen(turn) && turn.view.status !== 'queued') ?? state.turns.find(isOpen) ?? null;
}

export function reduce(state: ChatState, action: Action): ChatState {
  switch (action.type) {
    case 'loaded':
      return loaded(state, action.page, action.clockAhead);
    case 'events':
      return action.events.reduce((next, event) => applyEvent(next, event, action.receivedAt), state);
    case 'loading-earlier':
      return { ...state, loadingEarlier: true };
    case 'loaded-earlier':
      return loadedEarlier(state, action.page);
    case 'connection':
      return state.connection === action.connection ? state : { ...state, connection: action.connection };
    case 'draft':
      return { ...state, draft: action.text };
    case 'sending': {
      const { key, body, fromBox } = action.sending;
      const draft = fromBox ? '' : state.draft;
      return { ...state, draft, sending: action.sending, attempt: { key, body }, problem: null };
    }
    case 'stop-sending':
      return state.sending === null ? state : { ...state, sending: { ...state.sending, stop: true } };
    case 'taken':
      return taken(state, action.key, action.turn);
    case 'not-taken':
      return notTaken(state, action);
    case 'stopping':
      return change(state, action.turnId, (turn) => ({ ...turn, stopping: action.stopping && isOpen(turn) }));
    case 'approval':
      return change(state, action.turnId, (turn) => stepApproval(turn, action.id, action.step));
    case 'turn':
      // An answer to a request may be older than what the stream has told: only what is final is taken over.
      return change(state, action.turn.turnId, (turn) =>
        isFinal(action.turn.status) ? ended(turn, action.turn) : turn,
      );
    case 'reset':
      return action.generation <= state.generation ? state : { ...state, generation: action.generation, moved: false };
    case 'problem':
      return { ...state, problem: action.problem };
  }
}

/** The newest page, at the start and whenever the connection was gone. Older pages stay where they join on. */
function loaded(state: ChatState, page: HistoryPage, clockAhead: number | null): ChatState {
  const known = new Map(state.turns.map((turn) => [turn.view.turnId, turn]));
  const fresh = page.turns.toReversed().map((view) => {
    const turn = known.get(view.turnId);
    return turn === undefined ? fromView(view) : isFinal(view.status) ? ended(turn, view) : lookedUp(turn, view);
  });
  const oldest = fresh[0];
  const joint = oldest === undefined ? -1 : state.turns.findIndex((turn) => turn.view.turnId === oldest.view.turnId);
  const next: ChatState = {
    ...state,
    loaded: true,
    turns: joint > 0 ? [...state.turns.slice(0, joint), ...fresh] : fresh,
    earlier: joint > 0 ? state.earlier : page.nextBefore,
    generation: Math.max(state.generation, ...fresh.map((turn) => turn.view.generation)),
    cursor: page.cursor,
    clockAhead: clockAhead ?? state.clockAhead,
  };
  return fresh
    .filter((turn) => !known.has(turn.view.turnId))
    .reduce((after, turn) => clearPending(after, turn.view), next);
}

function loadedEarlier(state: ChatState, page: HistoryPage | null): ChatState {
  if (page === null) return { ...state, loadingEarlier: false };
  const known = new Set(state.turns.map((turn) => turn.view.turnId));
  const older = page.turns.filter((view) => !known.has(view.turnId)).map(fromView);
  return { ...state, loadingEarlier: false, turns: [...older.toReversed(), ...state.turns], earlier: page.nextBefore };
}

function applyEvent(state: ChatState, { id, event }: NumberedEvent, receivedAt: number): ChatState {
  if (id <= state.cursor) return state;
  // Delivery only ever adds to the difference, so the smallest one seen is nearest the truth.
  const clockAhead = Math.min(state.clockAhead ?? Number.POSITIVE_INFINITY, receivedAt - event.at);
  const next = { ...state, cursor: id, clockAhead };
  switch (event.type) {
    case 'accepted':
      return clearPending(insert(next, event.turn), event.turn);
    case 'reset':
      return event.generation < next.generation
        ? next
        : { ...next, generation: event.generation, moved: event.moved === true };
    case 'conversation':
      return next;
    case 'finished':
    case 'late':
    case 'feedback':
      return change(next, event.turnId, (turn) => ended(turn, event.turn));
    default:
      return change(next, event.turnId, (turn) => (isOpen(turn) ? progress(turn, event) : turn));
  }
}

/** Adds a turn that is not known yet. One that is known has been told more of by the stream. */
function insert(state: ChatState, view: TurnView): ChatState {
  if (state.turns.some((turn) => turn.view.turnId === view.turnId)) return state;
  const generation = Math.max(state.generation, view.generation);
  return { ...state, generation, turns: [...state.turns, fromView(view)] };
}

/** A new turn that is what was being sent: the gateway has taken it, whether or not its answer came through. */
function clearPending(state: ChatState, view: TurnView): ChatState {
  const { attempt } = state;
  // By the key alone: who asks the same words again asks another question.
  if (attempt === null || attempt.key !== view.idempotencyKey) return state;
  const draft = state.sending === null && state.draft === attempt.body.message ? '' : state.draft;
  return { ...state, sending: null, attempt: null, problem: null, draft };
}

/** The stream may have told of the turn first, and the next question may be on its way already. */
function taken(state: ChatState, key: string, view: TurnView): ChatState {
  const next = insert(state, view);
  return {
    ...next,
    sending: state.sending?.key === key ? null : state.sending,
    attempt: state.attempt?.key === key ? null : state.attempt,
  };
}

function notTaken(state: ChatState, { key, problem, keepKey }: Extract<Action, { type: 'not-taken' }>): ChatState {
  const { sending } = state;
  if (sending?.key !== key) return state;
  return {
    ...state,
    draft: givenBack(state.draft, sending),
    sending: null,
    attempt: keepKey ? state.attempt : null,
    problem,
  };
}

/** What was typed goes back before what has been typed since; a clicked question only into an empty box. */
function givenBack(draft: string, { body, fromBox }: Sending): string {
  if (draft.trim() === '') return body.message;
  return fromBox ? `${body.message}\n\n${draft}` : draft;
}

function change(state: ChatState, turnId: string, how: (turn: ChatTurn) => ChatTurn): ChatState {
  const index = state.turns.findIndex((turn) => turn.view.turnId === turnId);
  const turn = state.turns[index];
  if (turn === undefined) return state;
  const changed = how(turn);
  return changed === turn ? state : { ...state, turns: state.turns.with(index, changed) };
}
