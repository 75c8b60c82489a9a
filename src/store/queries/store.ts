/** The store over any database that Kysely speaks to. */
import type { Kysely } from 'kysely';
import type { PaliadinError } from '../../contract/errors.ts';
import type { CarrierStore } from '../carrier-store.ts';
import type { RequestCounts } from '../request-counts.ts';
import type { Store } from '../store.ts';
import { appToolQueries } from './app-tools.ts';
import { attachmentQueries } from './attachments.ts';
import { auditQueries } from './audit-log.ts';
import { conversationQueries } from './conversations.ts';
import { eventQueries } from './events.ts';
import { hostQueries } from './hosts.ts';
import type { ClaimSession } from './insert-turn.ts';
import type { Schema } from './schema.ts';
import { sessionQueries } from './sessions.ts';
import { signInQueries } from './sign-in.ts';
import type { IndexText, TextSearch } from './turn-list.ts';
import { type InTransaction, turnQueries } from './turns.ts';
import { userQueries } from './users.ts';
import { webhookQueries } from './webhooks.ts';

export interface SqlStoreOptions {
  /** Explains an error of this database. */
  explain: (error: unknown) => PaliadinError;
  database: string;
  newId: () => string;
  relaxed: InTransaction;
  heavy: InTransaction;
  search: TextSearch;
  index: IndexText;
  searching: Kysely<Schema>;
  /** Makes deleted data unreadable in the file; false: not yet, it is done later. */
  erase: () => Promise<boolean>;
  skipLostEvents: () => Promise<void>;
  /** Absent where the store has one gateway. */
  shared?: { carriers: CarrierStore; requestCounts: RequestCounts; claim: ClaimSession };
  close: () => Promise<void>;
}

export function sqlStore(db: Kysely<Schema>, options: SqlStoreOptions): Store {
  const { explain, database, newId, relaxed, heavy, search, index, searching, erase, skipLostEvents, shared, close } =
    options;
  return {
    database,
    turns: explained(
      turnQueries(db, { relaxed, heavy, search, index, searching, claim: shared?.claim, newSalt: newId, erase }),
      explain,
    ),
    events: explained(eventQueries(db, skipLostEvents), explain),
    hosts: explained(hostQueries(db), explain),
    sessions: explained(sessionQueries(db), explain),
    conversations: explained(conversationQueries(db, { erase }), explain),
    users: explained(userQueries(db, { newId, searching, erase }), explain),
    signIn: explained(signInQueries(db), explain),
    audit: explained(auditQueries(db), explain),
    carriers: shared === undefined ? null : explained(shared.carriers, explain),
    requestCounts: shared === undefined ? null : explained(shared.requestCounts, explain),
    webhooks: explained(webhookQueries(db), explain),
    appTools: explained(appToolQueries(db, { relaxed }), explain),
    attachments: explained(attachmentQueries(db), explain),
    ...explained(
      {
        // A real write: on a full disk, reads still work.
        check: async () => void (await count(db, 'check')),
        close,
      },
      explain,
    ),
  };
}

async function count(db: Kysely<Schema>, name: string): Promise<number> {
  const { value } = await db
    .insertInto('counters')
    .values({ name, value: 1 })
    .onConflict((conflict) => conflict.column('name').doUpdateSet((eb) => ({ value: eb('counters.value', '+', 1) })))
    .returning('value')
    .executeTakeFirstOrThrow();
  return value;
}

/** The same methods; the database's errors become PaliadinErrors. */
function explained<T extends { [K in keyof T]: (...args: never[]) => Promise<unknown> }>(
  methods: T,
  explain: (error: unknown) => PaliadinError,
): T {
  const wrapped: Record<string, unknown> = {};
  for (const [name, method] of Object.entries<(...args: never[]) => Promise<unknown>>(methods)) {
    wrapped[name] = async (...args: never[]) => {
      try {
        return await method(...args);
      } catch (error) {
        throw explain(error);
      }
    };
  }
  return wrapped as T;
}
