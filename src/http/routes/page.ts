/** Serves the pages and their assets from the build directory. */
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NO_LOOK, pageWithLook } from '../look.ts';
import type { App, ServerOptions } from '../options.ts';
import { answer, built, NOT_BUILT } from './embed.ts';

export async function pageRoutes(
  app: App,
  { webRoot, look = NO_LOOK }: Pick<ServerOptions, 'webRoot' | 'look'>,
): Promise<void> {
  await app.register(async (pages) => {
    pages.addHook('onRoute', (route) => {
      route.config = { ...route.config, open: true, crossSite: true, unlimited: true };
      route.schema = { ...route.schema, hide: true };
    });
    await pages.register(fastifyStatic, {
      root: webRoot,
      index: false,
      dotfiles: 'ignore',
      cacheControl: false,
      setHeaders: (reply, path) => {
        reply.header('cache-control', path.startsWith(join(webRoot, 'assets/')) ? FOR_EVER : ASK_AGAIN);
      },
    });
    const show = (file: string) => async (request: FastifyRequest, reply: FastifyReply) => {
      const page = await built(join(webRoot, file));
      if (page !== null) return answer(request, reply.type('text/html; charset=utf-8'), pageWithLook(page, look));
      return reply.code(503).type('text/plain; charset=utf-8').send(NOT_BUILT);
    };
    // For scripts of whatever page: it is public, and does nothing without a token.
    pages.get('/client.js', { config: { anyOrigin: true } }, async (_request, reply) =>
      reply.headers(FOR_ALL_PAGES).sendFile('client.js'),
    );
    pages.get('/', { exposeHeadRoute: true }, show('index.html'));
    // One page for all paths; it reads from its address what to show. The API decides what it may show.
    pages.get('/admin', { exposeHeadRoute: true }, show('admin.html'));
    pages.get('/admin/*', { exposeHeadRoute: true }, show('admin.html'));
  });
}

// The names of these files contain a hash of their content.
const FOR_EVER = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

const FOR_ALL_PAGES = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };
