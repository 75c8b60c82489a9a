/** What a person can do in the chat, beside the state that it changes. Knows no React. */

import { isShutOut, isSignedOut, Refusal, Unreachable } from '../../client/request.ts';
import type { AskBody, Feedback, StreamedEvent } from '../../contract/api.ts';
import type { ApprovalStep } from '../../contract/approval-machine.ts';
import type { Attachment } from '../../contract/attachment.ts';
import type { Decision, WhenAway } from '../../contract/turn.ts';
import type { Messages } from '../locales/en.ts';
import type { Memory } from '../storage.ts';
import type { Api } from './api.ts';
import type { ConnectionDeps } from './connection.ts';
import { type Draft, loadDraft, saveDraft } from './draft.ts';
import { isAwaited } from './notify.ts';
import { type Action, activeTurn, type ChatState, initialState, type NumberedEvent, reduce } from './state.ts';

export interface ControllerDeps {
  api: Api;
  connect(deps: ConnectionDeps): () => void;
  userId: string;
  generation: number;
  moved: boolean;
  /** The conversation that is shown. */
  sessionId: string;
  /** Null: it is the only one, and all that was ever asked is shown in it. */
  conversations: ConversationFollower | null;
  locale(): string;
  /** What goes with a question about this page; null where there is nothing. */
  context?(pageOrigin: string | null): string | null;
  messages(): Messages;
  memory: Memory;
  onSignedOut(because?: unknown): void;
  /** A tool of the application's has changed something, in any conversation of the user's. */
  onChanged?(tool: string): void;
  now(): number;
  random(): number;
  newKey(): string;
}

/** What happens in the user's other conversations comes with the same stream. */
export interface ConversationFollower {
  /** The stream begins, perhaps again: what was told before may have been missed. */
  onLoaded(): void;
  onEvents(events: readonly NumberedEvent[]): void;
}

/** What a question may have besides its words. */
export interface AskMore {
  whenAway?: WhenAway | undefined;
  attachments?: readonly Attachment[];
}

export interface Controller {
  getState(): ChatState;
  subscribe(listener: () => void): () => void;
  /** Follows the server until the result is called. */
  start(): () => void;
  write(text: string): void;
  /** Sends what is in the box, with uploaded files. Resolves with whether it was taken. */
  send(pageOrigin: string | null, attachments?: readonly Attachment[]): Promise<boolean>;
  /** Sends a question that was clicked: a starter, a chip, a repetition. */
  ask(message: string, pageOrigin: string | null, more?: AskMore): Promise<boolean>;
  /** Stops one turn, or whatever is being worked on. */
  stop(turnId?: string): Promise<void>;
  /** Where it is not taken it can be tried again, and the person is told why. */
  decide(turnId: string, approvalId: string, decision: Decision): Promise<void>;
  startOver(): Promise<void>;
  giveFeedback(turnId: string, feedback: Feedback): Promise<void>;
  loadEarlier(): Promise<void>;
  /** The whole history as a file. Null where it came, else why it did not, for the person. */
  saveHistory(): Promise<string | null>;
  /** Says why something can't be done. */
  explain(problem: string): void;
  dismissProblem(): void;
}

export function createController(deps: ControllerDeps): Controller {
  const { api, sessionId, memory, userId } = deps;
  const draftKey = { userId, sessionId };
  const { text, attempt } = loadDraft(memory, draftKey);
  const ofThis = deps.conversations === null ? {} : { sessionId };
  const listeners = new Set<() => void>();
  let state = initialState({ generation: deps.generation, moved: deps.moved, draft: text, attempt });
  let sending = new AbortController();

  const dispatch = (action: Action) => {
    const before = state;
    state = reduce(state, action);
    if (state === before) return;
    keepDraft(before);
    for (const listener of listeners) listener();
  };

  const keepDraft = (before: ChatState) => {
    const unchanged = before.draft === state.draft && before.sending === state.sending;
    if (unchanged && before.attempt === state.attempt) return;
    saveDraft(memory, draftKey, draftOf(state));
  };

  /** The sentence for a failure; a lost sign-in leads to the sign-in page instead. */
  const explain = (error: unknown): string | null => {
    if (isSignedOut(error)) {
      deps.onSignedOut();
      return null;
    }
    if (error instanceof Refusal) return error.body.message;
    if (error instanceof Unreachable) return unreachableWords(error, deps.messages());
    throw error;
  };

  const put = async (message: string, pageOrigin: string | null, fromBox: boolean, given: AskMore = {}) => {
    if (state.sending !== null) return false;
    const { whenAway, attachments: files = [] } = given;
    const context = deps.context?.(pageOrigin) ?? null;
    const attachments = files.length > 0 && { attachments: files.map(({ id }) => id) };
    const about = { ...(pageOrigin && { pageOrigin }), ...(context && { context }) };
    const more = { ...about, ...(whenAway && { whenAway }), ...attachments };
    const body: AskBody = { message, sessionId, locale: deps.locale(), ...more };
    const key = sameBody(state.attempt?.body, body) ? (state.attempt?.key ?? deps.newKey()) : deps.newKey();
    sending = new AbortController();
    const { signal } = sending;
    dispatch({ type: 'sending', sending: { key, body, files, fromBox, startedAt: deps.now(), stop: false } });
    try {
      const turn = await api.ask(body, { idempotencyKey: key, signal });
      dispatch({ type: 'taken', key, turn });
      if (signal.aborted) await cancel(turn.turnId);
      return true;
    } catch (error) {
      const problem = error instanceof Unreachable ? notReached(error, deps.messages()) : explain(error);
      // What a refusal of our making (4xx) named was not accepted; after anything else it may have been.
      const keepKey = !(error instanceof Refusal && error.status < 500);
      dispatch({ type: 'not-taken', key, problem: signal.aborted ? null : problem, keepKey });
      return false;
    }
  };

  const cancel = async (turnId: string) => {
    dispatch({ type: 'stopping', turnId, stopping: true });
    try {
      dispatch({ type: 'turn', turn: await api.stop(turnId) });
    } catch (error) {
      dispatch({ type: 'stopping', turnId, stopping: false });
      dispatch({ type: 'problem', problem: explain(error) });
    }
  };

  return {
    getState: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start: () =>
      deps.connect({
        load: async (limit) => {
          const { serverTime, ...page } = await api.history({ ...ofThis, limit: limit ?? PAGE_SIZE });
          return { page, serverTime };
        },
        follow: api.follow,
        onLoaded: (page, serverTime) => {
          dispatch({ type: 'loaded', page, clockAhead: serverTime === null ? null : deps.now() - serverTime });
          deps.conversations?.onLoaded();
        },
        onEvents: (events) => {
          const own = events.filter(({ event }) => isOf(event, sessionId));
          if (own.length > 0) dispatch({ type: 'events', events: own, receivedAt: deps.now() });
          deps.conversations?.onEvents(events);
          for (const { event } of events) if (event.type === 'changed') deps.onChanged?.(event.tool);
        },
        onState: (connection) => dispatch({ type: 'connection', connection }),
        isFinal: (error) => {
          const out = isSignedOut(error) || isShutOut(error);
          if (out) deps.onSignedOut(error);
          return out;
        },
        isAwaited: () => isAwaited(state, deps.memory),
        isBusy: () => activeTurn(state) !== null,
        now: deps.now,
        random: deps.random,
      }),
    write: (draft) => dispatch({ type: 'draft', text: draft }),
    send: (pageOrigin, attachments = []) => put(state.draft, pageOrigin, true, { attachments }),
    ask: (message, pageOrigin, more) => put(message, pageOrigin, false, more),
    stop: async (turnId) => {
      const target = turnId ?? activeTurn(state)?.view.turnId;
      if (target !== undefined) return cancel(target);
      dispatch({ type: 'stop-sending' });
      sending.abort();
    },
    decide: async (turnId, approvalId, decision) => {
      const step = (step: ApprovalStep) => dispatch({ type: 'approval', turnId, id: approvalId, step });
      step({ type: 'decide', verdict: { decision, by: 'user' } });
      try {
        // What comes of it is told by events; the answer's own picture may be older than they are.
        await api.decide(turnId, approvalId, decision);
      } catch (error) {
        // Somebody was faster, in another tab or at the terminal: events tell who.
        if (error instanceof Refusal && error.body.code === 'conflict') return;
        step({ type: 'fail' });
        dispatch({ type: 'problem', problem: explain(error) });
      }
    },
    startOver: async () => {
      try {
        const { generation } = await (deps.conversations === null ? api.reset() : api.conversations.reset(sessionId));
        dispatch({ type: 'reset', generation });
      } catch (error) {
        dispatch({ type: 'problem', problem: explain(error) });
      }
    },
    giveFeedback: async (turnId, feedback) => {
      try {
        dispatch({ type: 'turn', turn: await api.giveFeedback(turnId, feedback) });
      } catch (error) {
        dispatch({ type: 'problem', problem: explain(error) });
      }
    },
    loadEarlier: async () => {
      if (state.earlier === null || state.loadingEarlier) return;
      dispatch({ type: 'loading-earlier' });
      try {
        const page = await api.history({ ...ofThis, before: state.earlier, limit: PAGE_SIZE });
        dispatch({ type: 'loaded-earlier', page });
      } catch (error) {
        dispatch({ type: 'loaded-earlier', page: null });
        dispatch({ type: 'problem', problem: explain(error) && deps.messages().failedToLoad });
      }
    },
    saveHistory: async () => {
      try {
        await api.saveHistory();
        return null;
      } catch (error) {
        return explain(error) && deps.messages().notSaved;
      }
    },
    explain: (problem) => dispatch({ type: 'problem', problem }),
    dismissProblem: () => dispatch({ type: 'problem', problem: null }),
  };
}

/** Events of a turn that is not shown change nothing. */
function isOf(event: StreamedEvent, sessionId: string): boolean {
  if (event.type === 'accepted') return event.turn.sessionId === sessionId;
  if (event.type === 'reset') return event.sessionId === undefined || event.sessionId === sessionId;
  return event.type !== 'conversation';
}

/** While a question is on its way it is still what a reload must bring back. */
function draftOf({ draft, sending, attempt }: ChatState): Draft {
  const text = sending?.fromBox ? (draft === '' ? sending.body.message : `${sending.body.message}\n\n${draft}`) : draft;
  return { text, attempt };
}

function unreachableWords({ why }: Unreachable, { notDone, timedOut, notSignedIn, refused }: Messages): string {
  return { network: notDone, timeout: timedOut, 'sign-in': notSignedIn, token: notSignedIn, foreign: refused }[why];
}

/** Of a question, which is kept. */
function notReached(error: Unreachable, messages: Messages): string {
  const noAnswer = error.why === 'network' || error.why === 'timeout';
  return noAnswer ? messages.notReached : unreachableWords(error, messages);
}

function sameBody(a: AskBody | undefined, b: AskBody): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Two screens of conversation; older questions are loaded when asked for. */
const PAGE_SIZE = 30;
