/** One call of the gateway's HTTP API, as every page of ours makes it. */
import type { ErrorBody } from '../contract/api.ts';

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

export interface RequestOptions {
  body?: unknown;
  headers?: Record<string, string> | undefined;
  signal?: AbortSignal;
}

/** The browser's own, with the path of an address of ours. */
export type Fetch = (path: string, init?: RequestInit) => Promise<Response>;

/** @throws Refusal, Unreachable */
export type Send = (method: string, path: string, options?: RequestOptions) => Promise<Response>;

/** @throws Refusal, Unreachable */
export type Call = (method: string, path: string, options?: RequestOptions) => Promise<Answer>;

export interface Answer {
  json: unknown;
  response: Response;
}

export function createCall(locale: () => string, fetch: Fetch): Call {
  const send = createSend(locale, fetch);
  return async (...request) => {
    const response = await send(...request);
    return { json: await readJson(response), response };
  };
}

/** `locale` is read at each call, because a person may switch it. */
export function createSend(locale: () => string, fetch: Fetch): Send {
  return async (method, path, { body, headers, signal } = {}) => {
    const response = await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        'accept-language': locale(),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    }).catch((cause: unknown) => {
      throw new Unreachable(false, cause);
    });
    if (response.ok) return response;
    const json = await readJson(response);
    throw isErrorBody(json) ? new Refusal(response.status, json) : new Unreachable(true);
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
