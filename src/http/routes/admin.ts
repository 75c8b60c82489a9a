/** What the owner sees of everybody's turns. It reads the store alone, so it works without a backend too. */
import type { FastifyRequest } from 'fastify';
import type { Turn } from '../../audit/store.ts';
import { recentQuery, recentTurns, stats, statsQuery } from '../../contract/api.ts';
import { PaliadinError } from '../../contract/errors.ts';
import { userOf } from '../authenticate.ts';
import { responses } from '../openapi.ts';
import type { App, ServerOptions } from '../options.ts';

export function adminRoutes(app: App, { turns, clock }: Pick<ServerOptions, 'turns' | 'clock'>): void {
  const requireOwner = async (request: FastifyRequest) => {
    if (await turns.isOwner(userOf(request).id)) return;
    throw new PaliadinError('not_allowed', 'only the owner sees everybody’s turns; PALIADIN_OWNER names the owner');
  };

  app.get(
    '/api/admin/turns',
    {
      preHandler: requireOwner,
      schema: {
        summary: 'Recent turns of all users, newest first',
        description: 'Without what was said.',
        querystring: recentQuery,
        response: responses({ 200: recentTurns }, 'not_allowed', 'bad_request'),
      },
    },
    async ({ query: { userId, limit } }) => {
      const recent = await turns.recentTurns({ limit, ...(userId !== undefined && { userId }) });
      return { turns: recent.map(withoutText) };
    },
  );

  app.get(
    '/api/admin/stats',
    {
      preHandler: requireOwner,
      schema: {
        summary: 'Counts and durations',
        querystring: statsQuery,
        response: responses({ 200: stats }, 'not_allowed', 'bad_request'),
      },
    },
    async ({ query: { userId, days } }) => {
      const since = clock() - days * DAY_MS;
      return { since, ...(await turns.stats({ since, ...(userId !== undefined && { userId }) })) };
    },
  );
}

function withoutText(turn: Turn) {
  const { message, response, context, locale, idempotencyKey, requestHash, fence, ...rest } = turn;
  return rest;
}

const DAY_MS = 24 * 3_600_000;
