/** The gateway's API for programs: in a page of the application, in its server, and in the chat page itself. */
import type { AskBody, Feedback, HistoryPage, HistoryQuery, Me, ResetResult, TurnView } from '../contract/api.ts';
import type { Decision } from '../contract/turn.ts';
import { askUntilAnswered } from './ask.ts';
import { type AttachmentClient, attachmentClient } from './attachments.ts';
import { type ConversationClient, conversationCalls } from './conversations.ts';
import { type FollowedEvent, type FollowOptions, followStream } from './follow.ts';
import { newIdempotencyKey } from './idempotency-key.ts';
import { createCall, type Fetch } from './request.ts';
import { type TokenSource, withToken } from './with-token.ts';

export interface ClientOptions {
  /** Where the gateway is: `https://chat.example`. Without it, where the page came from. */
  url?: string;
  /** The application's token for its user, or an API token. Without it, `fetch` says who asks. */
  token?: TokenSource;
  /** The language of messages, such as `de`; a function is asked at each call. */
  locale?: string | (() => string);
  /** Instead of the global one. */
  fetch?: Fetch;
  /** Waits between attempts to ask. */
  pause?(ms: number): Promise<void>;
}

export interface AskOptions {
  /** The same key is the same turn, however often it is asked. Without it, one is made for this call. */
  idempotencyKey?: string;
  /** Ends the attempts where nothing answers; one that is under way is awaited, since it may have been accepted. */
  signal?: AbortSignal;
}

/** Each call throws `Refusal` where the gateway says no, and `Unreachable` where there is no answer of the gateway's. */
export interface PaliadinClient {
  /** Resolves once the question is on record. It is sent again, as the same turn, where the connection breaks. */
  ask(question: string | AskBody, options?: AskOptions): Promise<TurnView>;
  /** A turn's events to its `finished`, from the beginning or after an event. Connects again by itself. */
  follow(turnId: string, options?: FollowOptions): AsyncGenerator<FollowedEvent>;
  /** All of the user's events from an event on, such as the history's `cursor`; without one, from now on. Never ends. */
  followAll(options?: FollowOptions): AsyncGenerator<FollowedEvent>;
  /** Asks, and resolves with the turn at its end, whatever that is. */
  answer(question: string | AskBody, options?: AskOptions): Promise<TurnView>;
  turn(turnId: string): Promise<TurnView>;
  /** Allows or denies what the agent asks, or answers its question. */
  decide(turnId: string, approvalId: string, decision: Decision): Promise<TurnView>;
  /** Stops a turn at whatever stage it is. */
  stop(turnId: string): Promise<TurnView>;
  history(query?: Partial<HistoryQuery>): Promise<History>;
  giveFeedback(turnId: string, feedback: Feedback): Promise<TurnView>;
  /** Begins the conversation that was used last anew with the agent. The history stays. */
  reset(): Promise<ResetResult>;
  conversations: ConversationClient;
  /** Who asks, and whether they may. */
  me(): Promise<Me>;
  attachments: AttachmentClient;
}

export interface History extends HistoryPage {
  /** The gateway's clock, in UTC milliseconds, to the second; null where something between left it out. */
  serverTime: number | null;
}

export function createClient(options: ClientOptions = {}): PaliadinClient {
  const { url = '', token, locale, pause = wait } = options;
  const base = url.replace(/\/+$/, '');
  const plain: Fetch = options.fetch ?? ((address, init) => globalThis.fetch(address, init));
  const at: Fetch = (path, init) => plain(base + path, init);
  const fetch = token === undefined ? at : withToken(token, at);
  const language = () => (typeof locale === 'function' ? locale() : locale);
  const call = createCall(language, fetch);
  const json = async <T>(...request: Parameters<typeof call>) => (await call(...request)).json as T;
  const of = (turnId: string) => `/api/turns/${encodeURIComponent(turnId)}`;
  const inLanguage = () => (language() === undefined ? '' : `?locale=${encodeURIComponent(language() ?? '')}`);

  const client: PaliadinClient = {
    ask(question, { idempotencyKey = newIdempotencyKey(), signal } = {}) {
      const body = typeof question === 'string' ? { message: question } : question;
      const headers = { 'idempotency-key': idempotencyKey };
      return askUntilAnswered(() => json('POST', '/api/turns', { body, headers }), { signal, pause });
    },
    follow: (turnId, { after = 0, ...follow } = {}) =>
      followStream(fetch, `${of(turnId)}/events${inLanguage()}`, {
        ...follow,
        after: after === 0 ? undefined : after,
        isLast: ({ type }) => type === 'finished',
      }),
    followAll: (follow = {}) => followStream(fetch, `/api/events${inLanguage()}`, { ...follow, isLast: () => false }),
    async answer(question, ask) {
      const turn = await client.ask(question, ask);
      for await (const { event } of client.follow(turn.turnId)) if (event.type === 'finished') return event.turn;
      return await client.turn(turn.turnId);
    },
    turn: (turnId) => json('GET', of(turnId)),
    decide: (turnId, approvalId, body) =>
      json('POST', `${of(turnId)}/approvals/${encodeURIComponent(approvalId)}`, { body }),
    stop: (turnId) => json('POST', `${of(turnId)}/cancel`),
    async history(query = {}) {
      const search = new URLSearchParams();
      for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
      const { json: page, response } = await call('GET', `/api/turns?${search}`);
      const date = Date.parse(response.headers.get('date') ?? '');
      return { ...(page as HistoryPage), serverTime: Number.isNaN(date) ? null : date };
    },
    giveFeedback: (turnId, body) => json('POST', `${of(turnId)}/feedback`, { body }),
    reset: () => json('POST', '/api/session/reset'),
    conversations: conversationCalls(json),
    me: () => json('GET', '/api/me'),
    attachments: attachmentClient(fetch, language),
  };
  return client;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
