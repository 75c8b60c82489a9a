/** The gateway's HTTP API, as the chat page uses it. */

import type {
  AskBody,
  Feedback,
  HistoryPage,
  Me,
  ResetResult,
  SignedIn,
  SignInWays,
  TurnView,
  WouldReplace,
} from '../../contract/api.ts';
import type { Decision } from '../../contract/turn.ts';
import { download } from '../download.ts';
import { type EventStream, openEventStream, type StreamHandlers } from '../event-stream.ts';
import { createCall, createSend, type Fetch } from '../request.ts';
import type { SignInLink } from '../sign-in/sign-in-link.ts';

export interface Api {
  signInWays(): Promise<SignInWays>;
  /** Changes nothing where somebody else is signed in in this browser, unless `replace` says so. */
  signIn(link: SignInLink, replace: boolean): Promise<SignedIn | WouldReplace>;
  signOut(): Promise<void>;
  me(): Promise<Me>;
  history(query: {
    before?: string;
    search?: string;
    limit: number;
  }): Promise<{ page: HistoryPage; serverTime: number | null }>;
  /** All of one's events after this one, as they happen. */
  follow(after: number, handlers: StreamHandlers): EventStream;
  /** The whole history as a file. */
  saveHistory(): Promise<void>;
  ask(body: AskBody, idempotencyKey: string): Promise<TurnView>;
  cancel(turnId: string): Promise<TurnView>;
  decide(turnId: string, approvalId: string, decision: Decision): Promise<TurnView>;
  giveFeedback(turnId: string, feedback: Feedback): Promise<TurnView>;
  reset(): Promise<ResetResult>;
}

/** `locale` is read at each call, because a person may switch it. */
export function createApi(locale: () => string, fetch: Fetch): Api {
  const request = createCall(locale, fetch);
  const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    request(method, path, { body, headers });
  const json = async <T>(...request: Parameters<typeof call>) => (await call(...request)).json as T;

  return {
    signInWays: () => json('GET', '/api/auth/ways'),
    signIn: ({ kind, secret }, replace) => json('POST', `/api/auth/${kind}`, { [kind]: secret, replace }),
    signOut: async () => void (await call('POST', '/api/auth/sign-out')),
    me: () => json('GET', '/api/me'),
    history: async ({ limit, ...rest }) => {
      const query = new URLSearchParams({ limit: String(limit), ...rest });
      const { json: page, response } = await call('GET', `/api/turns?${query}`);
      const date = Date.parse(response.headers.get('date') ?? '');
      return { page: page as HistoryPage, serverTime: Number.isNaN(date) ? null : date };
    },
    follow: (after, handlers) => openEventStream(fetch, `/api/events?after=${after}&locale=${locale()}`, handlers),
    saveHistory: () => download(createSend(locale, fetch), `/api/turns/export?locale=${locale()}`),
    ask: (body, idempotencyKey) => json('POST', '/api/turns', body, { 'idempotency-key': idempotencyKey }),
    decide: (turnId, approvalId, decision) =>
      json('POST', `/api/turns/${turnId}/approvals/${encodeURIComponent(approvalId)}`, decision),
    cancel: (turnId) => json('POST', `/api/turns/${turnId}/cancel`),
    giveFeedback: (turnId, feedback) => json('POST', `/api/turns/${turnId}/feedback`, feedback),
    reset: () => json('POST', '/api/session/reset'),
  };
}
