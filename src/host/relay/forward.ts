/** Forwards one request and returns its answer, as they arrive: nothing is buffered, nothing is repeated. */
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { endToEnd } from './headers.ts';

export interface Forwarding {
  request: IncomingMessage;
  response: ServerResponse;
  /** The request to the server that will answer, with its headers; not yet ended. */
  onward: ClientRequest;
  /** Fails if no answer has begun after this time. Milliseconds; null: the caller may wait without limit. */
  firstByteMs: number | null;
  /** Fails if neither side has sent anything for this time while the answer is in progress. Milliseconds. */
  idleMs: number;
  /** The server is unreachable, or no answer began: nothing has been sent to the caller yet. */
  onFailure(failure: 'unreachable' | 'late'): void;
}

/**
 * If the caller's connection ends, so does the forwarded request. If the forwarded request breaks, so does the caller's
 * connection, as it would without a proxy.
 */
export function forward(forwarding: Forwarding): void {
  const { request, response, onward, firstByteMs, idleMs } = forwarding;
  let isConnected = false;
  let failed = false;
  const fail = (failure: 'unreachable' | 'late') => {
    if (failed) return;
    failed = true;
    request.unpipe(onward);
    if (isConnected && failure === 'unreachable') response.destroy();
    else forwarding.onFailure(failure);
  };
  const late = () => {
    fail('late');
    onward.destroy();
  };
  const timer = firstByteMs === null ? undefined : setTimeout(late, firstByteMs);

  onward.once('socket', (socket) => {
    isConnected = !socket.connecting;
    if (isConnected) return; // a kept connection; a listener on it would never be removed
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => {
      isConnected = true;
    });
  });
  onward.once('response', (answer) => {
    clearTimeout(timer);
    if (response.destroyed) {
      answer.destroy();
      return;
    }
    onward.setTimeout(idleMs, () => onward.destroy());
    response.sendDate = false;
    response.writeHead(
      answer.statusCode ?? 502,
      answer.statusMessage ?? '',
      endToEnd(answer.rawHeaders, () => false),
    );
    // The first byte of the body may take long; the caller wants to know now that there will be one. If it has come
    // with the headers, both are sent together.
    setImmediate(() => response.flushHeaders());
    // By hand: `pipeline` creates an error for each request that ends well, which takes longer than everything else
    // here.
    answer.on('error', () => response.destroy());
    answer.once('close', () => {
      if (!answer.complete) response.destroy();
    });
    answer.pipe(response);
  });
  onward.on('error', () => {
    clearTimeout(timer);
    if (response.writableEnded) return; // an answer of our own is being sent
    if (response.headersSent) response.destroy();
    else fail('unreachable');
  });
  response.once('close', () => {
    clearTimeout(timer);
    if (!response.writableFinished) onward.destroy();
  });
  request.on('error', () => onward.destroy());
  request.pipe(onward);
}
