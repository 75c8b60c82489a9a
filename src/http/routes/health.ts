import type { FastifyRequest } from 'fastify';
import pTimeout from 'p-timeout';
import { z } from 'zod';
import { readiness } from '../../contract/api.ts';
import { asPaliadinError, PaliadinError } from '../../contract/errors.ts';
import { isForOwner } from '../../services/authorisation.ts';
import { bodyOf } from '../errors.ts';
import { localeOf } from '../locale.ts';
import { noSecurity } from '../openapi.ts';
import type { App, ServerOptions } from '../options.ts';
import type { Authenticate } from '../sign-in/authenticator.ts';

type Needs = Pick<ServerOptions, 'services' | 'hosts' | 'report'>;

export function healthRoutes(app: App, options: Needs, authenticate: Authenticate): void {
  app.get(
    '/healthz',
    {
      config: { open: true, crossSite: true, unlimited: true },
      exposeHeadRoute: true,
      schema: {
        summary: 'Whether the process lives',
        security: noSecurity,
        response: { 200: z.object({ status: z.literal('ok') }) },
      },
    },
    async () => ({ status: 'ok' as const }),
  );

  const probe = memoize(() => probeAll(options));
  app.get(
    '/readyz',
    {
      config: { open: true },
      schema: {
        summary: 'Whether questions can be answered now, and if not, why',
        description: 'Details are for the owner and admins; a token needs the scope `admin`.',
        security: noSecurity,
        response: { 200: readiness, 503: readiness },
      },
    },
    async (request, reply) => {
      const failed = await probe();
      request.identity = await authenticate(request).catch(() => null);
      return reply
        .code(failed.length === 0 ? 200 : 503)
        .header('cache-control', 'no-store')
        .send({
          ready: failed.length === 0,
          reasons: failed.map(({ part, error }) => ({ part, ...tell(error, request) })),
          hosts: isForOwner(request.identity) ? options.hosts.all().map(describe) : null,
        });
    },
  );
}

type Failure = { part: 'store' | 'backend'; error: PaliadinError };

async function probeAll({ services, report }: Needs): Promise<Failure[]> {
  const [inStore, inBackend] = await Promise.all([
    pTimeout(services.checkStore(), { milliseconds: PROBE_TIMEOUT_MS, message: storeSilent() }).then(
      () => null,
      (error: unknown) => asPaliadinError(error, 'store_unavailable'),
    ),
    pTimeout(report(), { milliseconds: PROBE_TIMEOUT_MS, message: silent() }).catch((error: unknown) =>
      asPaliadinError(error, 'internal'),
    ),
  ]);
  return [
    ...(inStore === null ? [] : [{ part: 'store' as const, error: inStore }]),
    ...(inBackend === null ? [] : [{ part: 'backend' as const, error: inBackend }]),
  ];
}

// A health probe of a host has 3 s; callers of this route usually wait 5 s.
const PROBE_TIMEOUT_MS = 4000;

// Frequent requests must not keep the disk and the host busy.
const REMEMBER_MS = 2000;

function storeSilent(): PaliadinError {
  return new PaliadinError('store_unavailable', `the store did not answer for ${PROBE_TIMEOUT_MS} ms`);
}

function silent(): PaliadinError {
  return new PaliadinError('timeout', `the backend did not respond within ${PROBE_TIMEOUT_MS} ms`);
}

/** One probe at a time, good for a moment. */
function memoize<T>(work: () => Promise<T>): () => Promise<T> {
  let last: Promise<T> | null = null;
  return () => {
    if (last === null) {
      last = work();
      void last.finally(() => {
        setTimeout(() => {
          last = null;
        }, REMEMBER_MS).unref();
      });
    }
    return last;
  };
}

function describe({ kind, host, identity, agent }: ReturnType<Needs['hosts']['all']>[number]) {
  const found = identity();
  const mode = found?.protocol === 0 ? ('verbs' as const) : ('channel' as const);
  return { backend: kind, name: host, mode: found && mode, version: found?.version ?? null, agent: agent() };
}

function tell(error: PaliadinError, request: FastifyRequest) {
  return bodyOf(error, { locale: localeOf(request), hidden: !isForOwner(request.identity) });
}
