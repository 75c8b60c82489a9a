/** The tables as Kysely sees them. Names are in camel case here and in snake case in the database. */
import type { Generated } from 'kysely';
import type { AuditRow } from '../../contract/records/audit-log.ts';
import type { StoredEvent } from '../../contract/records/event.ts';
import type { ListedHost } from '../../contract/records/host.ts';
import type { AgentSession } from '../../contract/records/session.ts';
import type { BrowserSession, EmbeddedSession } from '../../contract/records/sign-in.ts';
import type { ToolCall } from '../../contract/records/tool-call.ts';
import type { Turn } from '../../contract/records/turn.ts';
import type { User } from '../../contract/records/user.ts';
import type { WebhookDelivery } from '../../contract/records/webhook.ts';
import type { SigningKey } from '../app-tool-store.ts';
import type { DeletedFiles, StoredAttachment } from '../attachment-store.ts';

export interface Schema {
  users: User;
  hosts: Omit<ListedHost, 'enabled' | 'draining' | 'preference'> & {
    preference: Generated<number | null>;
    enabled: Generated<number>;
    draining: Generated<number>;
  };
  agentSessions: Omit<AgentSession, 'generation' | 'movedIn'> & {
    generation: Generated<number>;
    movedIn: Generated<number | null>;
    title: Generated<string | null>;
    /** The turn whose question the title is; null where the user wrote it, and where there is none. */
    titledBy: Generated<string | null>;
    archivedAt: Generated<number | null>;
    seenAt: Generated<number>;
    /** The highest fence of any run in this session. */
    fence: Generated<number>;
    /** The gateway that runs the session's turns; null where none does. */
    carrier: number | null;
    /** The gateway that starts the session over: no other may meanwhile. */
    heldBy: number | null;
  };
  turns: TurnTable;
  turnEvents: EventTable;
  signInCodes: { hash: string; userId: string; expiresAt: number; usedAt: number | null };
  browserSessions: BrowserSession;
  embeddedSessions: EmbeddedSession & { endedAt: number | null };
  apiTokens: {
    hash: string;
    userId: string;
    name: string;
    /** Separated by spaces. */
    scopes: string;
    createdAt: number;
    lastUsedAt: number | null;
    expiresAt: number | null;
  };
  /** Deleted, but a host may still have files of it. */
  deletedSessions: { name: string; host: string; deletedAt: number };
  /** Of deleted questions, but a host may still have them. */
  deletedFiles: DeletedFiles;
  counters: { name: string; value: number };
  auditLog: Omit<AuditRow, 'detail'> & { detail: string };
  auditHead: { id: number; seq: number; hash: string };
  turnHours: HourTable;
  webhookDeliveries: WebhookDelivery;
  toolCalls: ToolCall;
  signingKeys: SigningKey;
  attachments: StoredAttachment;
  attachmentPieces: { attachmentId: string; number: number; bytes: Uint8Array };
  /** The index for text search, on databases that have it as a table. */
  turnText: { rowid: number };
}

type Flags = 'tokensExact' | 'trailerMalformed' | 'late' | 'settled';

type TurnTable = Omit<
  Turn,
  | Flags
  | 'attachments'
  | 'usedTools'
  | 'tools'
  | 'notices'
  | 'feedback'
  | 'status'
  | 'response'
  | 'chipCount'
  | 'earlier'
  | 'awayUntil'
> &
  Record<Flags, Generated<number>> & {
    seq: Generated<number>;
    status: Generated<Turn['status']>;
    response: Generated<string>;
    chipCount: Generated<number>;
    earlier: Generated<string | null>;
    awayUntil: Generated<number | null>;
    /** JSON. */
    attachments: Generated<string>;
    /** JSON. */
    usedTools: Generated<string>;
    /** JSON. */
    tools: string | null;
    /** JSON. */
    notices: Generated<string>;
    /** JSON. */
    feedback: string | null;
    /** Salt of the audit log's hash of the text. */
    auditSalt: string | null;
    /** When a person asked for its end. */
    stopRequestedAt: number | null;
  };

interface EventTable {
  id: Generated<number>;
  turnId: string;
  userId: string;
  at: number;
  type: StoredEvent['event']['type'];
  /** JSON. */
  body: string;
}

export interface HourTable {
  /** Empty: all users. */
  userId: string;
  /** When the hour begins. */
  hour: number;
  turns: number;
  failed: number;
  /** JSON: `Counts`. */
  counts: string;
}
