/** All open event streams: limited for each user, watched, and closed with the server. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ReconnectReason } from '../contract/api.ts';
import { PaliadinError } from '../contract/errors.ts';
import { type Requirement, refusalOf } from '../services/authorisation.ts';
import type { Identity } from '../services/sign-in/identity.ts';
import { identityOf } from './authenticate.ts';
import { withStatus } from './errors.ts';
import type { App, ServerOptions, StreamLimits } from './options.ts';
import { eventStream, type NumberedEvent, resumable, type StreamFormat } from './sse.ts';

export interface Streams {
  /** @throws PaliadinError `rate_limited` where the user has as many streams open as they may. */
  requireRoom(request: FastifyRequest): void;
  /** Streams what `follow` gives until it ends, the reader leaves, or the server closes. */
  send(request: FastifyRequest, reply: FastifyReply, follow: Follow<NumberedEvent>): FastifyReply;
  /** The same in the format of another protocol. */
  sendAs<T>(request: FastifyRequest, reply: FastifyReply, follow: Follow<T>, how: HowToSend<T>): FastifyReply;
  /**
   * For a response that comes whole and takes as long as a stream does: it counts as one, and ends as one.
   * @throws PaliadinError where the sign-in ends or the server closes, and whatever `work` throws
   */
  hold<T>(
    request: FastifyRequest,
    reply: FastifyReply,
    work: (signal: AbortSignal) => Promise<T>,
    how?: Pick<HowToSend<T>, 'onLeft'>,
  ): Promise<T>;
}

type Follow<T> = (signal: AbortSignal) => AsyncIterable<T>;

interface HowToSend<T> {
  format: StreamFormat<T>;
  headers?: Record<string, string>;
  /** The reader closed the connection before the end. Not called where the gateway ends the stream itself. */
  onLeft?: () => void;
}

interface Open {
  stream: { ping(): void; end(reason: ReconnectReason): void };
  identity: Identity;
  guard: Requirement | undefined;
  reply: FastifyReply;
  gone: Promise<void>;
}

type Needs = Pick<ServerOptions, 'streamLimits' | 'metrics' | 'services' | 'clock'>;

export function createStreams(app: App, options: Needs): Streams {
  const limits: StreamLimits = { ...defaults, ...options.streamLimits };
  const all = new Set<Open>();

  const requireRoom = (request: FastifyRequest): void => {
    const { user } = identityOf(request);
    const open = [...all].filter(({ identity }) => identity.user.id === user.id).length;
    if (open < limits.perUser) return;
    throw new PaliadinError('rate_limited', `${open} event streams are open; close one first`);
  };

  /** `abort` is called once the connection is closed. */
  const keep = (request: FastifyRequest, reply: FastifyReply, stream: Open['stream'], abort: () => void): void => {
    const gone = new Promise<void>((resolve) => reply.raw.once('close', resolve));
    const { guard } = request.routeOptions.config;
    const open: Open = { stream, identity: identityOf(request), guard, reply, gone };
    all.add(open);
    options.metrics?.streams(all.size);
    const timers = [
      setInterval(() => stream.ping(), limits.pingMs),
      setInterval(() => void endIfRevoked(open, options), limits.recheckMs),
    ];
    const forget = cutIfStalled(open, limits.stallMs);
    void gone.then(() => {
      all.delete(open);
      options.metrics?.streams(all.size);
      for (const timer of timers) clearInterval(timer);
      forget();
      abort();
    });
  };

  const sendAs = <T>(
    request: FastifyRequest,
    reply: FastifyReply,
    follow: Follow<T>,
    { format, headers: more, onLeft }: HowToSend<T>,
  ): FastifyReply => {
    requireRoom(request);
    const abort = new AbortController();
    const onError = (error: unknown) => {
      request.log.error({ error: error instanceof PaliadinError ? error.code : 'internal' }, 'event stream broke off');
    };
    const stream = eventStream(follow(abort.signal), onError, format);
    keep(request, reply, stream, () => {
      if (!stream.isOver()) onLeft?.();
      abort.abort();
      stream.destroy();
    });
    return reply.headers({ ...headers, ...more }).send(stream);
  };

  const hold = async <T>(
    request: FastifyRequest,
    reply: FastifyReply,
    work: (signal: AbortSignal) => Promise<T>,
    { onLeft }: Pick<HowToSend<T>, 'onLeft'> = {},
  ): Promise<T> => {
    requireRoom(request);
    const abort = new AbortController();
    const ended = Promise.withResolvers<never>();
    let over = false;
    const end = (reason: ReconnectReason) => {
      over = true;
      ended.reject(whyEnded(reason));
    };
    keep(request, reply, { ping: () => undefined, end }, () => {
      if (!over) onLeft?.();
      end('failed'); // nobody reads it any more
    });
    return await Promise.race([work(abort.signal), ended.promise]).finally(() => {
      over = true;
      abort.abort();
    });
  };

  app.addHook('preClose', async () => {
    for (const { stream } of all) stream.end('server_stopping');
    const late = setTimeout(() => {
      for (const { reply } of all) reply.raw.destroy();
    }, limits.farewellMs);
    await Promise.all([...all].map(({ gone }) => gone));
    clearTimeout(late);
  });

  return {
    requireRoom,
    send: (request, reply, follow) => sendAs(request, reply, follow, { format: resumable }),
    sendAs,
    hold,
  };
}

/** The same as an error, for protocols that have no words for coming back. */
export function whyEnded(reason: ReconnectReason): PaliadinError {
  switch (reason) {
    case 'token_expired':
      return new PaliadinError('unauthenticated', 'the token has expired: send a new one', { reason });
    case 'signed_out':
      return new PaliadinError('not_allowed', 'the sign-in has ended, or gives no access any more');
    case 'server_stopping':
      return withStatus(503, new PaliadinError('internal', 'the server is being stopped; what was asked goes on'));
    case 'failed':
      return new PaliadinError('internal');
  }
}

const defaults: StreamLimits = {
  // More tabs than anyone has, times a reconnect that arrives before the old stream has ended.
  perUser: 20,
  // Proxies close connections that are silent for 30 or 60 s. Pages treat a line as dead after two missing pings.
  pingMs: 10_000,
  stallMs: 30_000,
  recheckMs: 3000,
  farewellMs: 2000,
};

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  // The connection of a stream is not used again, and would keep the server from closing.
  connection: 'close',
};

/** Also checks the guard: the sign-in may still be valid while the access that it gave is not. */
async function endIfRevoked({ stream, identity, guard }: Open, { services, clock }: Needs): Promise<void> {
  const { signIn, access } = services;
  if (identity.expiresAt !== null && identity.expiresAt <= clock()) return stream.end('token_expired');
  // While the store is unavailable nobody can be disabled either.
  const now = await signIn.stillIn(identity).catch(() => identity);
  if (now === null || now.user.disabledAt !== null) return stream.end('signed_out');
  // A user who was allowed to follow their own question may see its end, even if they may no longer ask.
  if (guard !== undefined && refusalOf({ ...guard, asks: undefined }, now, access) !== null) stream.end('signed_out');
}

/** Checks often enough to close within a quarter of `stallMs` after it. */
function cutIfStalled({ reply }: Open, stallMs: number): () => void {
  const { raw } = reply;
  let waited = 0;
  const onDrain = () => {
    waited = 0;
  };
  const step = stallMs / 4;
  const timer = setInterval(() => {
    waited = raw.writableNeedDrain ? waited + step : 0;
    if (waited > stallMs) raw.destroy();
  }, step);
  raw.on('drain', onDrain);
  return () => {
    clearInterval(timer);
    raw.off('drain', onDrain);
  };
}
