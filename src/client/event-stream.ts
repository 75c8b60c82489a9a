/**
 * Server-sent events over fetch. It does what an EventSource does (connects again by itself, says how far it came), and
 * sends headers, which an EventSource can't.
 */
import { deadline } from './deadline.ts';
import { type Fetch, Unreachable } from './request.ts';
import { createParser, isStream, SILENCE_MS, type StreamedMessage, textOf } from './sse.ts';

export type { StreamedMessage } from './sse.ts';

export interface StreamHandlers {
  /** The first sign of life is here. An answer's head alone is none: what lies between may hold back all that follows. */
  onOpen(): void;
  /** Still no sign of life, though there should be one at once. It may yet come. */
  onSilent(): void;
  onMessage(message: StreamedMessage): void;
  /** `refused`: the gateway answered with something else than a stream, and is not asked again. Else it is, by itself. */
  onError(refused: boolean): void;
}

export interface EventStream {
  isOpen(): boolean;
  close(): void;
}

/** `lastId` is sent with each attempt after the first event. Nothing is heard any more once it is closed. */
export function openEventStream(
  fetch: Fetch,
  path: string,
  { onOpen, onSilent, onMessage, onError }: StreamHandlers,
): EventStream {
  let lastId = '';
  let retryMs = FIRST_RETRY_MS;
  let open = false;
  let closed = false;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let attempt = new AbortController();

  const close = () => {
    closed = true;
    open = false;
    clearTimeout(retryTimer);
    attempt.abort();
  };

  const connect = async (): Promise<void> => {
    attempt = new AbortController();
    const broken = await follow(attempt);
    if (closed || !broken) return;
    open = false;
    retryTimer = setTimeout(connect, retryMs);
    onError(false);
  };

  /** Resolves when the line is gone: false where there is none to be had. */
  const follow = async (own: AbortController): Promise<boolean> => {
    const silence = deadline(SILENCE_MS, () => own.abort());
    const firstSign = deadline(FIRST_SIGN_MS, () => !closed && onSilent());
    try {
      const response = await fetch(path, {
        headers: { accept: 'text/event-stream', ...(lastId !== '' && { 'last-event-id': lastId }) },
        cache: 'no-store',
        signal: own.signal,
      });
      if (closed) return false;
      if (!isStream(response)) return refuse();
      const parse = createParser();
      for await (const text of textOf(response)) {
        if (closed) return false;
        silence.restart();
        firstSign.stop();
        if (!open) {
          open = true;
          onOpen();
        }
        for (const { retry, ...message } of parse(text)) {
          if (closed) return false;
          if (retry !== null) retryMs = retry;
          if (message.id !== null) lastId = message.id;
          if (message.data !== null) earlier({ type: message.type, id: lastId, data: message.data });
        }
      }
      return true;
    } catch (error) {
      if (error instanceof Unreachable && !closed) return refuse();
      // Broken, never made, or too long silent.
      return true;
    } finally {
      silence.stop();
      firstSign.stop();
      own.abort();
    }
  };

  const refuse = () => {
    close();
    onError(true);
    return false;
  };

  /** What goes wrong with one message is no fault of the line. */
  const earlier = (message: StreamedMessage) => {
    try {
      onMessage(message);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  };

  void connect();
  return { isOpen: () => open, close };
}

/** Until the server has said how long. */
const FIRST_RETRY_MS = 3000;

/** The server's first words come with its answer's head. Slower than this is no network, but somebody who holds them back. */
const FIRST_SIGN_MS = 6_000;
