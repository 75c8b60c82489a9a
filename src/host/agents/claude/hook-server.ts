/** Receives the hooks of all sessions: a socket that only the relay calls, after it has authenticated the session. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listenForSessions, type SessionCall, type SessionListener } from '../../relay/session-listener.ts';
import { type HookPayload, hookPayload } from './payload.ts';

export interface HookCalls {
  /** Resolves with the reply to the hook. `gone` aborts when the caller does not wait any more. */
  receive(session: string, payload: HookPayload, gone: AbortSignal): Promise<object>;
  onError(what: string, error: unknown): void;
}

/** As `listenForSessions`. */
export function startHookServer(socket: string, calls: HookCalls): Promise<SessionListener> {
  return listenForSessions({
    socket,
    serve: (call) => answer(call, calls),
    onFailure(error, response) {
      calls.onError('a hook of Claude Code was not understood', error);
      give(response, 400);
    },
  });
}

async function answer({ session, request, response, gone }: SessionCall, calls: HookCalls): Promise<void> {
  if (request.method !== 'POST') return give(response, 405);
  const body = await bodyOf(request);
  if (body === null) return give(response, 413);
  const payload = hookPayload.parse(JSON.parse(body));
  give(response, 200, await calls.receive(session, payload, gone));
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
