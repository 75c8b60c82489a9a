/** One request passed on and its answer passed back, as they come: nothing is collected, nothing is asked twice. */
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { endToEnd } from './headers.ts';

export interface Forwarding {
  request: IncomingMessage;
  response: ServerResponse;
  /** Not yet ended: the request to whoever is to answer, with its headers. */
  onward: ClientRequest;
  /** No answer has begun after this long. Milliseconds; null: whoever asks may wait for as long as it takes. */
  firstByteMs: number | null;
  /** Neither side has sent anything for this long while the answer is under way. Milliseconds. */
  idleMs: number;
  /** There was nobody to ask, or no answer began: nothing has been said to the caller yet. */
  onFailure(failure: 'unreachable' | 'late'): void;
}

/**
 * The caller's end ends the request onward. Where that breaks, the caller's connection breaks as well, as it would
 * without anybody between.
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
    if (isConnected) return; // one that was kept; what is listened to on it would stay with it for ever
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
    // The first byte of the body may be long in coming; whoever waits wants to know by now that there will be one. Where it
    // has come with the headers, both go on in one piece.
    setImmediate(() => response.flushHeaders());
    // By hand: `pipeline` makes an error for each request that ends well, which takes longer than all else that is done here.
    answer.on('error', () => response.destroy());
    answer.once('close', () => {
      if (!answer.complete) response.destroy();
    });
    answer.pipe(response);
  });
  onward.on('error', () => {
    clearTimeout(timer);
    if (response.writableEnded) return; // an answer of our own is on its way
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
