/** The gateway's HTTP API, as the chat page uses it. */

import type {
  AskBody,
  ErrorBody,
  Feedback,
  HistoryPage,
  Me,
  ResetResult,
  SignInWays,
  TurnView,
} from '../../contract/api.ts';
import type { Decision } from '../../contract/turn.ts';

export interface Api {
  signInWays(): Promise<SignInWays>;
  signIn(code: string): Promise<void>;
  signOut(): Promise<void>;
  me(): Promise<Me>;
  history(query: {
    before?: string;
    search?: string;
    limit: number;
  }): Promise<{ page: HistoryPage; serverTime: number | null }>;
  ask(body: AskBody, idempotencyKey: string): Promise<TurnView>;
  cancel(turnId: string): Promise<TurnView>;
  decide(turnId: string, approvalId: string, decision: Decision): Promise<TurnView>;
  giveFeedback(turnId: string, feedback: Feedback): Promise<TurnView>;
  reset(): Promise<ResetResult>;
}

/** The gateway said no, and why: `message` is for the person. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: ErrorBody;

  constructor(status: number, body: ErrorBody) {
    super(body.message);
    this.name = 'Refusal';
    this.status = status;
    this.body = body;
  }
}

/** No answer, or none of the gateway's: a proxy's page, a broken line. What became of the request is not known. */
export class Unreachable extends Error {
  /** Whether anything answered at all. */
  readonly answered: boolean;

  constructor(answered: boolean, cause?: unknown) {
    super(answered ? 'the answer was not from the gateway' : 'no answer', { cause });
    this.name = 'Unreachable';
    this.answered = answered;
  }
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof Refusal && error.status === 401;
}

/** Whoever may not even see what is theirs is not let in at all any more. */
export function isShutOut(error: unknown): boolean {
  return error instanceof Refusal && error.status === 403;
}

/** `locale` is read at each call, because a person may switch it. */
export function createApi(locale: () => string, fetch: typeof globalThis.fetch): Api {
  const call = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
    const response = await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        'accept-language': locale(),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new Unreachable(false, cause);
    });
    const json = await readJson(response);
    if (response.ok) return { json, response };
    throw isErrorBody(json) ? new Refusal(response.status, json) : new Unreachable(true);
  };
  const json = async <T>(...request: Parameters<typeof call>) => (await call(...request)).json as T;

  return {
    signInWays: () => json('GET', '/api/auth/ways'),
    signIn: async (code) => void (await call('POST', '/api/auth/code', { code })),
    signOut: async () => void (await call('POST', '/api/auth/sign-out')),
    me: () => json('GET', '/api/me'),
    history: async ({ limit, ...rest }) => {
      const query = new URLSearchParams({ limit: String(limit), ...rest });
      const { json: page, response } = await call('GET', `/api/turns?${query}`);
      const date = Date.parse(response.headers.get('date') ?? '');
      return { page: page as HistoryPage, serverTime: Number.isNaN(date) ? null : date };
    },
    ask: (body, idempotencyKey) => json('POST', '/api/turns', body, { 'idempotency-key': idempotencyKey }),
    decide: (turnId, approvalId, decision) =>
      json('POST', `/api/turns/${turnId}/approvals/${encodeURIComponent(approvalId)}`, decision),
    cancel: (turnId) => json('POST', `/api/turns/${turnId}/cancel`),
    giveFeedback: (turnId, feedback) => json('POST', `/api/turns/${turnId}/feedback`, feedback),
    reset: () => json('POST', '/api/session/reset'),
  };
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text().catch((cause: unknown) => {
    throw new Unreachable(true, cause);
  });
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    if (response.ok) throw new Unreachable(true);
    return null;
  }
}

function isErrorBody(value: unknown): value is ErrorBody {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}
