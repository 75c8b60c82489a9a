/** Receives the hooks of all sessions: a socket that only the relay calls, after it has authenticated the session. */
import { once } from 'node:events';
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { SESSION_PATTERN } from '../../../contract/names.ts';
import { SESSION_HEADER } from '../../relay/hooks.ts';
import { type HookPayload, hookPayload } from './payload.ts';

export interface HookServer {
  close(): Promise<void>;
}

export interface HookCalls {
  /** Resolves with the reply to the hook. `gone` aborts when the caller does not wait any more. */
  receive(session: string, payload: HookPayload, gone: AbortSignal): Promise<object>;
  onError(what: string, error: unknown): void;
}

/** The caller holds the lock of the directory, so an existing socket is left over from a killed daemon. */
export async function startHookServer(socket: string, calls: HookCalls): Promise<HookServer> {
  const server = createServer((request, response) => {
    answer(request, response, calls).catch((error) => {
      calls.onError('a hook of Claude Code was not understood', error);
      give(response, 400);
    });
  });
  // A permission may wait all day for a person.
  server.requestTimeout = 0;
  // The relay keeps its connections, and would lose a call on one that closes at that moment.
  server.keepAliveTimeout = 0;
  rmSync(socket, { force: true });
  server.listen(socket);
  await once(server, 'listening');
  chmodSync(socket, 0o600);
  return {
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, calls: HookCalls): Promise<void> {
  const session = request.headers[SESSION_HEADER];
  if (typeof session !== 'string' || !SESSION_PATTERN.test(session)) return give(response, 401);
  if (request.method !== 'POST') return give(response, 405);
  const body = await bodyOf(request);
  if (body === null) return give(response, 413);
  const payload = hookPayload.parse(JSON.parse(body));
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  give(response, 200, await calls.receive(session, payload, gone.signal));
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

// A tool's result is sent with its hook; a file that was read may have some megabytes.
const MAX_BODY_BYTES = 16 * 1024 * 1024;
