/** Where the hooks of all sessions call: HTTP on loopback, with a secret of each session's own. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HookPayload, hookPayload } from './payload.ts';

export interface HookServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface HookCalls {
  /** The session's secret; null where it has none. */
  secretOf(session: string): string | null;
  /** Resolves with what the hook is told. `gone` aborts when nobody waits for that any more. */
  receive(session: string, payload: HookPayload, gone: AbortSignal): Promise<object>;
  onTrouble(what: string, error: unknown): void;
}

/** Listens on `port` if that is free: the agents of a daemon before this one still call there. */
export async function startHookServer(port: number | null, calls: HookCalls): Promise<HookServer> {
  const server = createServer((request, response) => {
    answer(request, response, calls).catch((error) => {
      calls.onTrouble('a hook of Claude Code was not understood', error);
      give(response, 400);
    });
  });
  // A permission may wait for a person all day.
  server.requestTimeout = 0;
  await listen(server, port ?? 0).catch(() => listen(server, 0));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
}

async function answer(request: IncomingMessage, response: ServerResponse, calls: HookCalls): Promise<void> {
  const session = callerOf(request.headers.authorization, calls);
  if (session === null) return give(response, 401);
  if (request.method !== 'POST') return give(response, 405);
  const body = await bodyOf(request);
  if (body === null) return give(response, 413);
  const payload = hookPayload.parse(JSON.parse(body));
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  give(response, 200, await calls.receive(session, payload, gone.signal));
}

/** `Bearer SESSION.SECRET`: the session that the secret belongs to, or null. */
function callerOf(header: string | undefined, calls: HookCalls): string | null {
  const [, session = '', secret = ''] = /^Bearer ([a-z0-9_-]+)\.([0-9a-f]+)$/.exec(header ?? '') ?? [];
  const expected = session === '' ? null : calls.secretOf(session);
  return expected !== null && timingSafeEqual(digest(secret), digest(expected)) ? session : null;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function give(response: ServerResponse, status: number, body: object = {}): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

// A tool's result travels with its hook; a file that was read may be some megabytes.
const MAX_BODY_BYTES = 16 * 1024 * 1024;
