/**
 * What Paliadin stores, one interface for each kind of thing; the implementation beside them speaks SQL through Kysely.
 *
 * Every method throws PaliadinError `store_unavailable` when the database fails
 * (disk full, file corrupt, server away). Times are UTC milliseconds.
 */
import type { AppToolStore } from './app-tool-store.ts';
import type { AttachmentStore } from './attachment-store.ts';
import type { AuditStore } from './audit-store.ts';
import type { CarrierStore } from './carrier-store.ts';
import type { ConversationStore } from './conversation-store.ts';
import type { EventStore } from './event-store.ts';
import type { HostStore } from './host-store.ts';
import type { MigrationState } from './migrations/migrate.ts';
import type { RequestCounts } from './request-counts.ts';
import type { SessionStore } from './session-store.ts';
import type { SignInStore } from './sign-in-store.ts';
import type { TurnStore } from './turn-store.ts';
import type { UserStore } from './user-store.ts';
import type { WebhookStore } from './webhook-store.ts';

export interface Store {
  /** The database, for people: name and version. */
  readonly database: string;
  turns: TurnStore;
  events: EventStore;
  hosts: HostStore;
  sessions: SessionStore;
  conversations: ConversationStore;
  users: UserStore;
  signIn: SignInStore;
  audit: AuditStore;
  /** What gateways that share a database need; null where the store has one gateway. */
  carriers: CarrierStore | null;
  requestCounts: RequestCounts | null;
  webhooks: WebhookStore;
  appTools: AppToolStore;
  attachments: AttachmentStore;
  /** Throws when the store can't be written. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface DatabaseStatus {
  /** The database, for people: name, version, and where it is; never a password. */
  database: string;
  /** How much room its tables take. */
  bytes: number;
  migrations: MigrationState;
  /** How many rows the larger tables have. */
  rows: Record<string, number>;
}
