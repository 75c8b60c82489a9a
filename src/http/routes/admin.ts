/** What the owner sees of everybody's turns. It reads the store alone, so it works without a backend too. */
import type { Turn } from '../../audit/store.ts';
import { recentQuery, recentTurns, stats, statsQuery } from '../../contract/api.ts';
import { guards } from '../guards.ts';
import { responses } from '../openapi.ts';
import type { App, ServerOptions } from '../options.ts';

export function adminRoutes(app: App, { turns, clock }: Pick<ServerOptions, 'turns' | 'clock'>): void {
  app.get(
    '/api/admin/turns',
    {
      config: { guard: guards.admin },
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
      config: { guard: guards.admin },
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
