import { existsSync } from 'node:fs';
import { CamelCasePlugin, Kysely } from 'kysely';
import type { ListedHost } from '../../contract/records/host.ts';
import { hostsIfKnown } from '../queries/hosts.ts';
import type { Schema } from '../queries/schema.ts';
import { sqliteDialect } from './dialect.ts';
import { explainSqlite } from './explain.ts';

/** See `readHostList`. */
export async function readHostsOfFile(file: string): Promise<ListedHost[]> {
  if (!existsSync(file)) return [];
  const db = new Kysely<Schema>({ dialect: sqliteDialect(file), plugins: [new CamelCasePlugin()] });
  try {
    return await hostsIfKnown(db);
  } catch (error) {
    throw explainSqlite(file)(error);
  } finally {
    await db.destroy();
  }
}
