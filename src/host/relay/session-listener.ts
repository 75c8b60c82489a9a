/** The daemon's end of what the relay forwards: a socket that only the relay calls, after it has authenticated the session. */
import { once } from 'node:events';
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { SESSION_PATTERN } from '../../contract/names.ts';
import { SESSION_HEADER } from './hooks.ts';

export interface SessionCall {
  session: string;
  request: IncomingMessage;
  response: ServerResponse;
  /** Aborts when the caller goes away before it has its answer. */
  gone: AbortSignal;
}

export interface SessionListenerOptions {
  socket: string;
  serve(call: SessionCall): Promise<void>;
  /** `serve` has failed; the caller still waits. */
  onFailure(error: unknown, response: ServerResponse): void;
}

export interface SessionListener {
  close(): Promise<void>;
}

/** The caller holds the lock of the directory, so an existing socket is left over from a killed daemon. */
export async function listenForSessions(options: SessionListenerOptions): Promise<SessionListener> {
  const { socket, serve, onFailure } = options;
  const server = createServer((request, response) => {
    const session = request.headers[SESSION_HEADER];
    if (typeof session !== 'string' || !SESSION_PATTERN.test(session)) return void response.writeHead(401).end();
    const left = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) left.abort();
    });
    serve({ session, request, response, gone: left.signal }).catch((error) => onFailure(error, response));
  });
  // A permission, or a call, may wait all day for a person.
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
