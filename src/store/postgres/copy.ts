/** Copies a store in a file into an empty PostgreSQL database: all of it, or nothing. */
import { isDeepStrictEqual } from 'node:util';
import { CamelCasePlugin, Kysely, sql, type Transaction } from 'kysely';
import { PaliadinError } from '../../contract/errors.ts';
import { auditQueries } from '../queries/audit-log.ts';
import type { Schema } from '../queries/schema.ts';
import { sqliteDialect } from '../sqlite/dialect.ts';
import { openSqliteStore } from '../sqlite/open.ts';
import { postgresDialect } from './dialect.ts';
import { explainPostgres } from './explain.ts';
import { openPostgresStore } from './open.ts';
import { addressOf } from './pool.ts';
import { indexText } from './text-search.ts';

/** How many rows of each table were copied. */
type Copied = Record<string, number>;

/**
 * Brings both to the newest version first. The file keeps its content, and nobody else may write to it meanwhile. Before
 * anything is committed, the rows are counted and the audit log and its texts are verified in the copy.
 *
 * @throws PaliadinError `conflict` where the database is not empty, `store_unavailable`.
 */
export async function copyToPostgres(file: string, url: string): Promise<Copied> {
  await (await openSqliteStore(file)).close();
  await (await openPostgresStore(url)).close();
  const plugins = [new CamelCasePlugin()];
  const from = new Kysely<Schema>({ dialect: sqliteDialect(file), plugins });
  const to = new Kysely<Schema>({ dialect: postgresDialect(url, { most: 1, statementMs: 0 }), plugins });
  try {
    return await to.transaction().execute((trx) => copyAll(from, trx));
  } catch (error) {
    throw explainPostgres(addressOf(url))(error);
  } finally {
    await Promise.all([from.destroy(), to.destroy()]);
  }
}

/** A row comes after those that it refers to; how many rows are copied at once. */
const TABLES: Record<string, number> = {
  users: 500,
  agent_sessions: 500,
  // A question and its answer may have megabytes.
  turns: 20,
  turn_events: 500,
  sign_in_codes: 500,
  browser_sessions: 500,
  embedded_sessions: 500,
  api_tokens: 500,
  hosts: 500,
  audit_log: 500,
  audit_head: 1,
  turn_hours: 500,
  attachments: 500,
  // Each has 256 KiB.
  attachment_pieces: 16,
  webhook_deliveries: 500,
  tool_calls: 500,
  signing_keys: 500,
  deleted_sessions: 500,
  deleted_files: 500,
  counters: 500,
};

async function copyAll(from: Kysely<Schema>, to: Transaction<Schema>): Promise<Copied> {
  await requireEmpty(to);
  // What a database has from its first opening.
  await sql`delete from audit_head`.execute(to);
  await sql`delete from counters`.execute(to);
  const copied: Copied = {};
  for (const [table, atOnce] of Object.entries(TABLES)) {
    copied[table] = await copyTable(from, to, table, atOnce);
    if ((await countOf(to, table)) !== copied[table]) throw differs(table);
  }
  await countOn(from, to);
  const check = { contents: true };
  const [before, after] = [await auditQueries(from).verify(check), await auditQueries(to).verify(check)];
  if (!isDeepStrictEqual(before, after)) throw differs('audit_log');
  return copied;
}

async function requireEmpty(to: Kysely<Schema>): Promise<void> {
  if ((await countOf(to, 'users')) === 0 && (await countOf(to, 'audit_log')) === 0) return;
  throw new PaliadinError('conflict', 'the database of PALIADIN_DATABASE_URL is in use; name an empty one');
}

async function copyTable(
  from: Kysely<Schema>,
  to: Transaction<Schema>,
  table: string,
  atOnce: number,
): Promise<number> {
  let count = 0;
  for (let last = 0; ; ) {
    const { rows } = await sql<Record<string, unknown>>`select rowid as place, * from ${sql.table(table)}
      where rowid > ${last} order by rowid limit ${atOnce}`.execute(from.withoutPlugins());
    if (rows.length === 0) return count;
    last = Number(rows.at(-1)?.place);
    count += rows.length;
    await insert(
      to,
      table,
      rows.map(({ place, ...row }) => row),
    );
    if (table === 'turns') {
      await indexText(
        to,
        rows.map((row) => String(row.turn_id)),
      );
    }
  }
}

async function insert(to: Transaction<Schema>, table: string, rows: Record<string, unknown>[]): Promise<void> {
  const columns = Object.keys(rows[0] as object);
  const values = rows.map((row) => sql`(${sql.join(columns.map((column) => row[column]))})`);
  await sql`insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))})
    overriding system value values ${sql.join(values)}`.execute(to);
}

/** Continues each count where the file's would, so that no number of a deleted row is given again. */
async function countOn(from: Kysely<Schema>, to: Transaction<Schema>): Promise<void> {
  const { rows } = await sql<{ name: string; seq: number }>`select name, seq from sqlite_sequence`.execute(from);
  for (const { name, seq } of rows.filter(({ seq }) => seq > 0)) {
    const column = name === 'turns' ? 'seq' : 'id';
    await sql`select setval(pg_get_serial_sequence(${name}, ${column}), ${seq})`.execute(to);
  }
}

async function countOf(db: Kysely<Schema>, table: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(db);
  return rows[0]?.count ?? 0;
}

function differs(table: string): PaliadinError {
  return new PaliadinError('internal', `the copy of ${table} is not the same as in the file; nothing was copied`);
}
