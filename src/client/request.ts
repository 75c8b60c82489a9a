/** One call of the gateway's HTTP API. */
import type { ErrorBody } from '../contract/api.ts';
import { type Deadline, deadline } from './deadline.ts';

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

/** No answer, or none of the gateway's. What became of the request is not known. */
export class Unreachable extends Error {
  readonly why: WhyUnreachable;

  constructor(why: WhyUnreachable, cause?: unknown) {
    super(whyUnreachable[why], { cause });
    this.name = 'Unreachable';
    this.why = why;
  }
}

const whyUnreachable = {
  network: 'no answer',
  timeout: 'no answer in time',
  foreign: 'the answer was not from the gateway',
  'sign-in': 'an auth proxy before the gateway asks to sign in',
  token: 'the application gave no token',
};

export type WhyUnreachable = keyof typeof whyUnreachable;

/** The gateway can't say anything until the person has signed in at what lies before it. */
export function needsProxySignIn(error: unknown): boolean {
  return error instanceof Unreachable && error.why === 'sign-in';
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

/** `fetch` with a path of the gateway's. */
export type Fetch = (path: string, init?: RequestInit) => Promise<Response>;

/** @throws Refusal, Unreachable */
export type Send = (method: string, path: string, options?: RequestOptions) => Promise<Response>;

/** @throws Refusal, Unreachable */
export type Call = (method: string, path: string, options?: RequestOptions) => Promise<Answer>;

export interface Answer {
  json: unknown;
  response: Response;
}

export function createCall(locale: () => string | undefined, fetch: Fetch): Call {
  const send = createSend(locale, fetch);
  return async (...request) => {
    const response = await send(...request);
    return { json: await readJson(response), response };
  };
}

/** `locale` is read at each call, because a person may switch it. */
export function createSend(locale: () => string | undefined, fetch: Fetch): Send {
  const limited = withTimeLimit(fetch);
  return async (method, path, { body, headers, signal } = {}) => {
    const language = locale();
    const response = await limited(path, {
      method,
      headers: {
        accept: 'application/json',
        ...(language !== undefined && { 'accept-language': language }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    }).catch((cause: unknown) => {
      throw asUnreachable('network', cause);
    });
    if (response.ok) return response;
    throw await refusalOf(response);
  };
}

/** What a response says that is none of those that were asked for. */
export async function refusalOf(response: Response): Promise<Refusal | Unreachable> {
  const json = await readJson(response);
  return isErrorBody(json) ? new Refusal(response.status, json) : new Unreachable('foreign');
}

/** A line may die without a word: neither the answer nor any piece of its body is waited for longer than this. */
function withTimeLimit(fetch: Fetch): Fetch {
  return async (path, init = {}) => {
    const abort = new AbortController();
    const limit = deadline(LIMIT_MS, () => abort.abort(new Unreachable('timeout')));
    const onAbort = () => abort.abort(init.signal?.reason);
    init.signal?.addEventListener('abort', onAbort);
    const end = () => {
      limit.stop();
      init.signal?.removeEventListener('abort', onAbort);
    };
    try {
      if (init.signal?.aborted) onAbort();
      const response = await fetch(path, { ...init, signal: abort.signal });
      return new Response(response.body && bodyWithin(response.body, limit, end), response);
    } catch (error) {
      end();
      throw error;
    }
  };
}

/** The same body. `limit` begins again with each piece; `end` hears when there is no more to come. */
function bodyWithin(body: ReadableStream<Uint8Array>, limit: Deadline, end: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) {
          limit.restart();
          return controller.enqueue(value);
        }
        end();
        controller.close();
      } catch (error) {
        end();
        throw error;
      }
    },
    cancel(reason) {
      end();
      return reader.cancel(reason);
    },
  });
}

/** Of a body that broke off, as of a request that did. */
export function asUnreachable(why: WhyUnreachable, cause: unknown): Unreachable {
  return cause instanceof Unreachable ? cause : new Unreachable(why, cause);
}

/** A telephone on a bad line takes seconds for the largest question; what takes longer than this does not come. */
const LIMIT_MS = 15_000;

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text().catch((cause: unknown) => {
    throw asUnreachable('network', cause);
  });
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    if (response.ok) throw new Unreachable('foreign');
    return null;
  }
}

export function isErrorBody(value: unknown): value is ErrorBody {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}
