/** The relay's own answers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Answers without reading what the caller may still send, and then closes the connection: soon enough that a caller who
 * continues to send costs almost nothing, late enough that the answer is read.
 */
export function refuse(request: IncomingMessage, response: ServerResponse, status: number, message: string): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const type = status >= 500 ? 'api_error' : 'invalid_request_error';
  // In the form of the model API's errors, so that an agent shows the message.
  const body = JSON.stringify({ type: 'error', error: { type, message } });
  const length = String(Buffer.byteLength(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': length, connection: 'close' });
  response.end(request.method === 'HEAD' ? undefined : body);
  request.resume();
  lingerThenDestroy(request.socket);
}

/** The answer to CONNECT if there will be no tunnel. */
export function refuseTunnel(socket: Duplex, status: number, message: string): void {
  const lines = [
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Refused'}`,
    ...(status === 407 ? ['Proxy-Authenticate: Basic realm="paliadin"'] : []),
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(message) + 1}`,
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${message}\n`);
  socket.resume();
  lingerThenDestroy(socket);
}

function lingerThenDestroy(socket: Duplex): void {
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}

const LINGER_MS = 1_000;
const REASONS: Record<number, string> = {
  400: 'Bad Request',
  403: 'Forbidden',
  407: 'Proxy Authentication Required',
  429: 'Too Many Requests',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};
