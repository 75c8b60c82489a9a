/**
 * Bodies of protocols that send files within their messages: far larger than others, and as a whole in memory until the files
 * are stored. How much of that there may be at once is bounded.
 */
import type { FastifyRequest } from 'fastify';
import type { AttachmentLimits } from '../contract/attachment.ts';
import { PaliadinError } from '../contract/errors.ts';
import { userOf } from './authenticate.ts';
import type { App } from './options.ts';

export interface InlineBodies {
  /** Of a route with `inlineFiles` in its config. Bytes. */
  readonly bodyLimit: number;
  /** The files are stored: the body is not needed any more. */
  done(request: FastifyRequest): void;
}

/** Clients send all that was said, each time, and coding tools the descriptions of all their tools. */
const TRANSCRIPT_BYTES = 4 * 1024 * 1024;

export function inlineBodies(app: App, limits: AttachmentLimits): InlineBodies {
  const bodyLimit = TRANSCRIPT_BYTES + limits.count * Math.ceil(limits.bytes / 3) * 4;
  const taken = new Map<FastifyRequest, { userId: string; bytes: number }>();
  const sum = (userId?: string) =>
    [...taken.values()].reduce((all, one) => all + (userId === undefined || one.userId === userId ? one.bytes : 0), 0);
  const give = (request: FastifyRequest) => void taken.delete(request);

  app.addHook('preParsing', async (request) => {
    if (request.routeOptions.config.inlineFiles !== true) return;
    const bytes = Math.min(lengthOf(request) ?? bodyLimit, bodyLimit);
    if (bytes <= TRANSCRIPT_BYTES) return;
    const userId = userOf(request).id;
    if (sum(userId) + bytes > bodyLimit || sum() + bytes > bodyLimit * IN_ALL) {
      throw new PaliadinError('rate_limited', 'too many files arrive at once', { againInMs: AGAIN_MS });
    }
    taken.set(request, { userId, bytes });
  });
  app.addHook('onResponse', async (request) => give(request));
  app.addHook('onRequestAbort', async (request) => give(request));

  return {
    bodyLimit,
    done(request) {
      request.body = undefined;
      give(request);
    },
  };
}

/** Whether the body is larger than a message without files; such a one may take longer. */
export function hasInlineFiles(request: FastifyRequest): boolean {
  return request.routeOptions.config.inlineFiles === true && (lengthOf(request) ?? 0) > TRANSCRIPT_BYTES;
}

/** In bytes; undefined where the client does not say. */
function lengthOf({ headers }: FastifyRequest): number | undefined {
  const said = headers['content-length'];
  return said === undefined ? undefined : Number(said);
}

/** The largest question of one user leaves some room to the others. Parsed, a body takes some three times its length. */
const IN_ALL = 1.5;
const AGAIN_MS = 2000;
