import type { Kysely } from 'kysely';
import type { UserOverview } from '../../contract/records/user.ts';
import type { UserQuery } from '../user-store.ts';
import { literals } from './literals.ts';
import type { Schema } from './schema.ts';
import { openStatuses } from './turn-list.ts';
import { usersOf } from './user-list.ts';

/** A page of users with their recent activity; the counts come from indexes and the hourly figures. */
export async function usersOverview(db: Kysely<Schema>, today: number, query: UserQuery): Promise<UserOverview[]> {
  const rows = await (await usersOf(db, query))
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
      // The hourly figures contain the turns that have ended.
      selectFrom('turnHours')
        .select(({ fn }) => fn.sum<number>('turnHours.turns').as('count'))
        .whereRef('turnHours.userId', '=', 'users.id')
        .as('ended'),
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
    .execute();
  return rows.map(({ askedAt, signedInAt, tokenUsedAt, turnsToday, open, ended, ...user }) => {
    const seen = Math.max(askedAt ?? 0, signedInAt ?? 0, tokenUsedAt ?? 0);
    const turns = (ended ?? 0) + (open ?? 0);
    return { ...user, lastSeenAt: seen === 0 ? null : seen, turnsToday: turnsToday ?? 0, turns };
  });
}
