/** Forwards hooks' calls to the daemon. */
import { Agent, type IncomingMessage, request as requestOf, type ServerResponse } from 'node:http';
import { forward } from './forward.ts';
import { isChunked } from './headers.ts';
import { refuse } from './respond.ts';

/** Names the authenticated session. Only the relay can reach the socket on which this header is trusted. */
export const SESSION_HEADER = 'x-paliadin-session';

/** Path of a hook's call, at the relay and at the daemon. */
export const HOOK_PATH = '/paliadin';

/** Calls of the application's tools: MCP's own headers come along, and an answer may take as long as a person. */
export function mcpForwarder(socketPath: string) {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 64 });
  return (request: IncomingMessage, response: ServerResponse, session: string) => {
    const { headers, method } = request;
    const known = Object.entries(headers).filter(([name]) => /^(accept|content-(type|length)|mcp-[a-z-]+)$/.test(name));
    const chunked = isChunked(request.rawHeaders) && { 'transfer-encoding': 'chunked' };
    const onward = requestOf({
      socketPath,
      agent,
      method,
      path: '/',
      headers: { ...Object.fromEntries(known), ...chunked, host: 'localhost', [SESSION_HEADER]: session },
    });
    const onFailure = () => refuse(request, response, 503, 'the host daemon is not running just now');
    forward({ request, response, onward, firstByteMs: null, idleMs: CALL_IDLE_MS, onFailure });
  };
}

export function hookForwarder(socketPath: string) {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 64 });
  return (request: IncomingMessage, response: ServerResponse, session: string) => {
    const { 'content-length': length, 'content-type': type = 'application/json' } = request.headers;
    if (Number(length ?? 0) > MAX_BODY_BYTES) return refuse(request, response, 413, 'the call is too long');
    const onward = requestOf({
      socketPath,
      agent,
      method: request.method,
      path: HOOK_PATH,
      headers: {
        [SESSION_HEADER]: session,
        'content-type': type,
        ...(isChunked(request.rawHeaders) ? { 'transfer-encoding': 'chunked' } : { 'content-length': length ?? '0' }),
      },
    });
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES || onward.destroyed) return;
      request.unpipe(onward);
      refuse(request, response, 413, 'the call is too long');
      onward.destroy();
    });
    const slow = setTimeout(() => onward.destroy(), BODY_MS);
    request.once('close', () => clearTimeout(slow));
    // A permission may wait all day for a person.
    forward({ request, response, onward, firstByteMs: null, idleMs: BODY_MS, onFailure });

    function onFailure(): void {
      refuse(request, response, 503, 'the host daemon is not running just now');
    }
  };
}

// A tool's result is sent with its hook; a file that was read may have some megabytes.
const MAX_BODY_BYTES = 16 * 1024 * 1024;
// A call comes in one piece, and so does its answer.
const BODY_MS = 60_000;
// The daemon sends a sign of life every quarter of a minute, but not in every form of the answer.
const CALL_IDLE_MS = 86_400_000;
