/** A user of the HTTP API, as a program would use it. */

import type { HistoryPage, Me, StreamedEvent, TurnView } from '../../src/contract/api.ts';
import type { Attachment } from '../../src/contract/attachment.ts';

export interface ApiClient {
  readonly token: string;
  /** Any call, for what the others don't cover. */
  call(method: string, path: string, options?: CallOptions): Promise<Response>;
  ask(message: string, options?: AskOptions): Promise<TurnView>;
  turn(turnId: string): Promise<TurnView>;
  history(): Promise<HistoryPage>;
  me(): Promise<Me>;
  cancel(turnId: string): Promise<TurnView>;
  reset(): Promise<{ session: string; generation: number }>;
  /** The turn's events as they come, until its last. */
  events(turnId: string, options?: { after?: number; signal?: AbortSignal }): AsyncGenerator<SseEvent>;
  /** Uploads a file for a question. */
  upload(name: string, bytes: Uint8Array | string): Promise<Attachment>;
  /** Waits for the first event of this type. */
  until(turnId: string, type: StreamedEvent['type']): Promise<StreamedEvent>;
  /** Waits for the turn's end. */
  finished(turnId: string): Promise<TurnView>;
  /** Asks and waits for the end. */
  answer(message: string, options?: AskOptions): Promise<TurnView>;
}

interface AskOptions {
  key?: string;
  sessionId?: string;
  locale?: string;
  pageOrigin?: string;
  whenAway?: 'fail' | 'wait' | 'elsewhere';
  attachments?: string[];
}

export interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export interface SseEvent {
  id: number;
  event: StreamedEvent;
}

export function apiClient(url: () => string, token: string): ApiClient {
  async function call(method: string, path: string, { body, headers, signal }: CallOptions = {}): Promise<Response> {
    return fetch(url() + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && {
        body:
          typeof body === 'string' || body instanceof Uint8Array
            ? (body as Uint8Array<ArrayBuffer>)
            : JSON.stringify(body),
      }),
      ...(signal !== undefined && { signal }),
    });
  }

  async function json<T>(method: string, path: string, options?: CallOptions): Promise<T> {
    const response = await call(method, path, options);
    const body = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${body}`);
    return JSON.parse(body);
  }

  const client: ApiClient = {
    token,
    call,
    ask: (message, { key, ...rest } = {}) =>
      json('POST', '/api/turns', {
        body: { message, ...rest },
        headers: key === undefined ? {} : { 'idempotency-key': key },
      }),
    turn: (turnId) => json('GET', `/api/turns/${turnId}`),
    history: () => json('GET', '/api/turns'),
    me: () => json('GET', '/api/me'),
    cancel: (turnId) => json('POST', `/api/turns/${turnId}/cancel`),
    reset: () => json('POST', '/api/session/reset'),
    async *events(turnId, { after = 0, signal } = {}) {
      const path = `/api/turns/${turnId}/events?after=${after}`;
      const response = await call('GET', path, { ...(signal !== undefined && { signal }) });
      if (!response.ok || response.body === null)
        throw new Error(`${path}: ${response.status} ${await response.text()}`);
      yield* readEvents(response.body);
    },
    async upload(name, bytes) {
      const response = await uploadCall(call, name, bytes);
      if (!response.ok) throw new Error(`upload: ${response.status} ${await response.text()}`);
      return (await response.json()) as Attachment;
    },
    async until(turnId, type) {
      for await (const { event } of client.events(turnId)) if (event.type === type) return event;
      throw new Error(`turn ${turnId} ended without ${type}`);
    },
    async finished(turnId) {
      const event = await client.until(turnId, 'finished');
      if (event.type !== 'finished') throw new TypeError('not the end');
      return event.turn;
    },
    async answer(message, options) {
      return client.finished((await client.ask(message, options)).turnId);
    },
  };
  return client;
}

/** The upload as such, for what is refused. */
export function uploadCall(call: ApiClient['call'], name: string, bytes: Uint8Array | string): Promise<Response> {
  const headers = { 'content-type': 'application/octet-stream', 'x-paliadin-file-name': encodeURIComponent(name) };
  return call('POST', '/api/attachments', { body: bytes, headers });
}

/** Parses a stream of server-sent events; comments and what has no id are passed over. */
export async function* readEvents(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<SseEvent> {
  let rest = '';
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      const id = field('id');
      if (id !== undefined) yield { id: Number(id), event: JSON.parse(field('data') ?? 'null') };
    }
  }
}
