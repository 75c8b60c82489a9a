/** The role of a gateway that owns nothing: it uses the tables, and only adds to the audit log. */
import { type Kysely, sql } from 'kysely';
import { DEFAULT_MIGRATION_LOCK_TABLE, DEFAULT_MIGRATION_TABLE } from 'kysely/migration';
import { PaliadinError } from '../../contract/errors.ts';

/** What the role may do with tables that it may not change as it likes. */
const LESS: Record<string, string> = {
  audit_log: 'select, insert',
  audit_head: 'select, update',
  [DEFAULT_MIGRATION_TABLE]: 'select',
  [DEFAULT_MIGRATION_LOCK_TABLE]: 'select',
};

/**
 * Gives the role what a gateway needs, and takes the rest away. A later version may have new tables: it is to be called
 * after each migration.
 *
 * @throws PaliadinError `bad_request` where there is no such role, or it could do more all the same.
 */
export async function grantToGateway<T>(db: Kysely<T>, role: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await requireLesserRole(trx, role);
    const to = sql.id(role);
    const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(trx);
    const schema = sql.id(rows[0]?.schema ?? 'public');
    const tables = sql`all tables in schema ${schema}`;
    await sql`grant usage on schema ${schema} to ${to}`.execute(trx);
    await sql`revoke all on ${tables} from ${to}`.execute(trx);
    await sql`grant select, insert, update, delete on ${tables} to ${to}`.execute(trx);
    for (const [table, privileges] of Object.entries(LESS)) {
      await sql`revoke all on ${sql.table(table)} from ${to}`.execute(trx);
      await sql`grant ${sql.raw(privileges)} on ${sql.table(table)} to ${to}`.execute(trx);
    }
    await sql`grant usage, select on all sequences in schema ${schema} to ${to}`.execute(trx);
  });
}

/** A superuser, an owner of the tables and a member of their owner's role may change them whatever is granted. */
async function requireLesserRole<T>(db: Kysely<T>, role: string): Promise<void> {
  const { rows } = await sql<{ might: boolean }>`
    select rolsuper or pg_has_role(oid, (select relowner from pg_class where oid = 'audit_log'::regclass), 'usage') as might
    from pg_roles where rolname = ${role}`.execute(db);
  const [found] = rows;
  if (found === undefined) {
    const how = `create role ${JSON.stringify(role)} login password '…'`;
    throw new PaliadinError('bad_request', `there is no role ${role} on this server; make it first: ${how}`);
  }
  if (found.might) {
    const why = `the role ${role} may change the tables whatever is granted to it: it is a superuser, or belongs to their owner`;
    throw new PaliadinError('bad_request', `${why}; name another`);
  }
}
