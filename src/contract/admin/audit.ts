/** /api/admin/audit */
import { z } from 'zod';
import { count, format, page, person, time, turnId } from './fields.ts';

/** The actions that the audit log records. A name that was used once is never given another meaning. */
export const auditActions = [
  'turn.accepted',
  'turn.completed',
  'turn.failed',
  'turn.cancelled',
  'turn.unknown',
  'turn.late',
  'turn.stop',
  'approval.decided',
  'session.reset',
  'session.hibernated',
  'session.moved',
  'conversation.created',
  'conversation.renamed',
  'conversation.archived',
  'conversation.unarchived',
  'conversation.deleted',
  'sign-in.accepted',
  'sign-in.denied',
  'sign-in.omitted',
  'sign-in.ended',
  'link.created',
  'token.created',
  'token.revoked',
  'user.created',
  'user.role',
  'user.disabled',
  'user.enabled',
  'user.quota',
  'user.deleted',
  'user.exported',
  'host.added',
  'host.changed',
  'host.removed',
  'read.turn',
  'read.turns',
  'read.conversations',
  'read.screen',
  'read.audit',
  'retention.applied',
] as const;
export type AuditAction = (typeof auditActions)[number];

export const auditQuery = z.strictObject({
  action: z.enum(auditActions).optional(),
  userId: z.uuid().optional().describe('who did it, or whom it is about'),
  turnId: turnId.optional(),
  from: z.coerce.number().int().optional(),
  to: z.coerce.number().int().optional(),
  before: z.coerce.number().int().min(1).optional().describe('the `nextBefore` of the page before'),
  limit: page,
});

export const auditRow = z.object({
  seq: z.int(),
  at: time,
  action: z.enum(auditActions),
  /** Who did it: a user, or `gateway`, `host`, `cli`, `anonymous`. */
  actor: z.object({ id: z.string(), name: z.string() }),
  /** The user it is about. */
  subject: person.nullable(),
  turnId: turnId.nullable(),
  /** Codes, roles, session names: no text of a question or an answer. */
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  contentHash: z.string().nullable().describe('of what was said, salted; the salt goes with the text'),
  hash: z.string().describe('of this row and of the one before'),
});
export type AuditRow = z.infer<typeof auditRow>;

/** Newest first. */
export const auditPage = z.object({ rows: z.array(auditRow), nextBefore: z.int().nullable() });
export type AuditPage = z.infer<typeof auditPage>;

/**
 * GET …/audit/chain: verifies the chain from where the last check ended (all of it with `?full=true`).
 * `broken` is the first row that does not fit. A row that was found good is not read again until a full check.
 */
export const chainQuery = z.strictObject({ full: z.stringbool().default(false) });
export const chainState = z.object({
  intact: z.boolean(),
  rows: count.describe('found good, from the first row on'),
  total: count.describe('all there are, by the log’s own record of its end'),
  head: z.object({ seq: z.int(), hash: z.string() }).nullable().describe('the newest row; null of an empty log'),
  broken: z.object({ seq: z.int(), why: z.string() }).nullable(),
  checkedAt: time,
  since: time.describe('when the first row was read; each row after it was read then or later'),
  comparedAt: time
    .nullable()
    .describe('when a full walk last compared what was said with the log; null: not since the gateway’s start'),
});
export type ChainState = z.infer<typeof chainState>;

/** GET …/audit/export */
export const auditExportQuery = auditQuery.omit({ before: true, limit: true }).extend({ format });
