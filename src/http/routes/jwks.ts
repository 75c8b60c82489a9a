import { z } from 'zod';
import { noSecurity } from '../openapi.ts';
import type { App, ServerOptions } from '../options.ts';

/** The keys with which the application verifies the tokens that the gateway sends it. */
export function jwksRoute(app: App, { jwks }: Pick<ServerOptions, 'jwks'>): void {
  app.get(
    '/.well-known/jwks.json',
    {
      config: { open: true, crossSite: true },
      schema: {
        summary: 'The public keys of the tokens that go with calls of the application’s tools',
        description: 'Empty where PALIADIN_APP_TOOLS_URL is not set.',
        security: noSecurity,
        response: { 200: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }) },
      },
    },
    async (_, reply) => {
      const found = jwks == null ? { keys: [] } : await jwks();
      return reply.header('cache-control', 'public, max-age=300').send(found as { keys: Record<string, unknown>[] });
    },
  );
}
