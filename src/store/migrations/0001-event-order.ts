import { type Kysely, sql } from 'kysely';

/**
 * A reader asks for the events after the last number that it has seen, so no event may appear later with a lower number.
 * PostgreSQL gives numbers in one order and commits in another. Whoever writes events takes a lock before the first
 * number is given, and keeps it until the commit.
 */
export async function numberInOrderOfCommits(db: Kysely<unknown>): Promise<void> {
  await sql`create function turn_events_in_order() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock(${sql.lit(EVENTS_LOCK)}); return null; end $$`.execute(db);
  await sql`create trigger turn_events_in_order before insert on turn_events
    for each statement execute function turn_events_in_order()`.execute(db);
}

// Any number that nobody else uses in this database.
const EVENTS_LOCK = 7_717_002;
