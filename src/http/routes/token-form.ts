import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { App } from '../options.ts';

/**
 * Opens the page signed in, from a form of the application, which keeps the token out of its page's links. The page takes the
 * token from its fragment, as from a link with `/#token=`, so nothing is changed here and nobody is signed in yet.
 */
export async function tokenFormRoute(app: App): Promise<void> {
  await app.register(async (forms: App) => {
    forms.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      async (_request: FastifyRequest, body: string) => Object.fromEntries(new URLSearchParams(body)),
    );
    forms.post(
      '/',
      {
        config: { open: true, anyOrigin: true, unlimited: true },
        bodyLimit: MAX_FORM_BYTES,
        schema: { hide: true, body: form },
      },
      async (request, reply) => reply.redirect(`/${searchOf(request)}#token=${request.body.token}`, 303),
    );
  });
}

/** A JWT, and nothing that would mean something else in a URL. */
const form = z.strictObject({
  token: z.string().regex(/^[\w-]+\.[\w-]+\.[\w-]*$/, 'has to be a token that the application has signed'),
});

// More than the largest token that is accepted.
const MAX_FORM_BYTES = 32 * 1024;

/** Such as `?page=`, the page that the question will be about. */
function searchOf({ url }: FastifyRequest): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at);
}
