import type { Kysely } from 'kysely';
import type { UserOverview } from '../../contract/records/user.ts';
import { literals } from './literals.ts';
import type { Schema } from './schema.ts';
import { busiest } from './stats.ts';
import { openStatuses } from './turn-list.ts';

/** Each user with their recent activity; the counts come from indexes and the hourly figures. */
export async function usersOverview(db: Kysely<Schema>, today: number): Promise<UserOverview[]> {
  const rows = await db
    .selectFrom('users')
    .selectAll()
    .select(({ selectFrom }) => [
      selectFrom('turns')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .whereRef('turns.userId', '=', 'users.id')
        .where('turns.startedAt', '>=', today)
        .as('turnsToday'),
      selectFrom('turns')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .whereRef('turns.userId', '=', 'users.id')
        .where('turns.status', 'in', literals(openStatuses))
        .as('open'),
      selectFrom('agentSessions')
        .select(({ fn }) => fn.max('lastUsedAt').as('at'))
        .whereRef('agentSessions.userId', '=', 'users.id')
        .as('askedAt'),
      selectFrom('browserSessions')
        .select(({ fn }) => fn.max('createdAt').as('at'))
        .whereRef('browserSessions.userId', '=', 'users.id')
        .as('signedInAt'),
      selectFrom('apiTokens')
        .select(({ fn }) => fn.max('lastUsedAt').as('at'))
        .whereRef('apiTokens.userId', '=', 'users.id')
        .as('tokenUsedAt'),
    ])
    .orderBy('users.createdAt')
    .orderBy('users.id')
    .execute();
  const asked = new Map((await busiest(db, ALL_TIME)).map(({ userId, turns }) => [userId, turns]));
  return rows.map(({ askedAt, signedInAt, tokenUsedAt, turnsToday, open, ...user }) => {
    const seen = Math.max(askedAt ?? 0, signedInAt ?? 0, tokenUsedAt ?? 0);
    // The hourly figures contain the turns that have ended.
    const turns = (asked.get(user.id) ?? 0) + (open ?? 0);
    return { ...user, lastSeenAt: seen === 0 ? null : seen, turnsToday: turnsToday ?? 0, turns };
  });
}

const ALL_TIME = { from: 0, to: Number.MAX_SAFE_INTEGER };
