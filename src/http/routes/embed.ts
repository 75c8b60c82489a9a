/** The chat in the application's pages: the loader, and the page in its frame. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LOGO_PATH, loaderWithLook, NO_LOOK, pageWithLook } from '../look.ts';
import type { App, ServerOptions } from '../options.ts';
import { framedBy } from '../security-headers.ts';

type Needs = Pick<ServerOptions, 'webRoot' | 'embedOrigins' | 'look'>;

export async function embedRoutes(app: App, { webRoot, embedOrigins = [], look = NO_LOOK }: Needs): Promise<void> {
  const config = { open: true, crossSite: true, unlimited: true };
  const schema = { hide: true };

  app.get('/embed.js', { config: { ...config, anyOrigin: true }, schema }, async (request, reply) => {
    const script = await built(join(webRoot, 'embed.js'));
    if (script === null) return reply.code(503).type('text/plain; charset=utf-8').send(NOT_BUILT);
    reply.headers(FOR_ALL_PAGES).type('text/javascript; charset=utf-8');
    return answer(request, reply, loaderWithLook(script, look));
  });

  // Whoever may frame it, nobody is signed in in it: the page around hands it the application's token.
  app.get('/embed', { config, schema }, async (request, reply) => {
    const page = await built(join(webRoot, 'embed.html'));
    if (page === null) return reply.code(503).type('text/plain; charset=utf-8').send(NOT_BUILT);
    framedBy(reply, embedOrigins);
    reply.type('text/html; charset=utf-8');
    return answer(request, reply, pageWithLook(page, look));
  });

  const { logo } = look;
  if (logo === null) return;
  app.get(LOGO_PATH, { config, schema }, async (request, reply) => {
    reply.type(logo.type);
    return answer(request, reply, logo.bytes);
  });
}

/** Asked again at each use, so that a change of a setting is seen; what has not changed is not sent again. */
export function answer(request: FastifyRequest, reply: FastifyReply, body: string | Buffer): FastifyReply {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  reply.headers({ etag, 'cache-control': 'no-cache' });
  return request.headers['if-none-match'] === etag ? reply.code(304).send() : reply.send(body);
}

/** Null before `npm run build`. */
export async function built(file: string): Promise<string | null> {
  return await readFile(file, 'utf8').catch(() => null);
}

const FOR_ALL_PAGES = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };

export const NOT_BUILT =
  'The page is not built yet. Run `npm run build` where Paliadin is installed, and load this page again.\n';
