/**
 * The shapes of the owner's API, everything under `/api/admin`. All times are UTC milliseconds, all durations
 * milliseconds. Errors have the body of every other route (`errorBody`).
 */
import { z } from 'zod';
import { attachmentView, errorBody, feedback } from './api.ts';
import { approvalRequest, decided } from './approval.ts';
import { errorCode } from './error-code.ts';
import { isolationLevels } from './isolation.ts';
import { CHAT_ID_PATTERN, SESSION_PATTERN, TURN_ID_PATTERN } from './names.ts';
import { toolOutcomes } from './records/tool-call.ts';
import { finalStatuses, turnNotices, turnStatuses } from './turn.ts';
import { turnCost } from './turn-cost.ts';

const turnId = z.string().regex(TURN_ID_PATTERN);
const time = z.int().describe('UTC milliseconds');
const duration = z.number().nullable().describe('milliseconds; null where there is nothing to measure');
const count = z.int().min(0);
const role = z.enum(['owner', 'admin', 'member']);
const session = z.string().regex(SESSION_PATTERN);
const page = z.coerce.number().int().min(1).max(200).default(50);

const person = z.object({
  id: z.uuid(),
  name: z.string().describe('empty once the user’s data was deleted'),
});

// ── GET /api/admin/stats ──────────────────────────────────────────────────────────────────────────────────────────

/** How far back the statistics go; the buckets are hours of today, six hours of a week, days of the longer ranges. */
export const statsRanges = ['today', '7d', '30d', '90d'] as const;
export type StatsRange = (typeof statsRanges)[number];

export const statsQuery = z.strictObject({
  range: z.enum(statsRanges).default('30d'),
  utcOffset: z.coerce
    .number()
    .int()
    .min(-840)
    .max(840)
    .default(0)
    .describe('minutes that the reader’s clock is ahead of UTC, where their day begins; rounded to whole hours'),
  userId: z.uuid().optional().describe('of one user only'),
});

const named = <T extends z.ZodType<string>>(name: T) => z.array(z.object({ name, count }));

/**
 * Figures of the turns that were accepted in a period and have ended. Percentiles come from buckets that are 10 % wide,
 * so they are within 5 % of the true value.
 */
export const figures = z.object({
  turns: count,
  completed: count,
  failed: count.describe('failed, or nobody knows how it ended'),
  cancelled: count.describe('stopped by a person; counts neither as success nor as failure'),
  successRate: z.number().min(0).max(1).nullable().describe('completed of completed and failed; null without either'),
  activeUsers: count,
  /** From acceptance to the end, of completed turns. */
  total: z.object({ p50: duration, p95: duration }),
  /** From acceptance to the first text of the answer, of completed turns. */
  firstText: z.object({ p50: duration, p95: duration }),
});
export type Figures = z.infer<typeof figures>;

export const statsBucket = figures.extend({
  from: time,
  to: time.describe('where the next begins; of the last one, now'),
  codes: named(errorCode),
  tools: named(z.string()),
  tags: named(z.string()),
});
export type StatsBucket = z.infer<typeof statsBucket>;

export const stats = z.object({
  range: z.enum(statsRanges),
  from: time,
  to: time,
  /** The whole range. */
  totals: figures.extend({
    byStatus: z.partialRecord(z.enum(finalStatuses), count),
    inputTokens: count,
    outputTokens: count,
    ratedUp: count,
    ratedDown: count,
    approvalsAllowed: count,
    approvalsDenied: count,
    late: count.describe('answers that came after their turn had been given up'),
  }),
  /** The preceding period of the same length, for comparison. */
  previous: figures,
  /** Turns that are accepted and have not ended now, whatever the range. */
  open: count,
  /** Oldest first, without gaps: an hour in which nothing happened is a bucket of zeros. */
  buckets: z.array(statsBucket),
  /** Of the whole range, most frequent first, at most 50 of each. */
  codes: named(errorCode),
  tools: named(z.string()),
  tags: named(z.string()),
  /** The users who asked most, at most 50. */
  users: z.array(person.extend({ turns: count, failed: count })),
});
export type Stats = z.infer<typeof stats>;

// ── GET /api/admin/turns ──────────────────────────────────────────────────────────────────────────────────────────

const turnFilters = {
  userId: z.uuid().optional(),
  status: z
    .enum([...turnStatuses, 'open'])
    .optional()
    .describe('`open`: whatever is not final'),
  code: errorCode.optional(),
  tag: z.string().min(1).max(100).optional(),
  from: z.coerce.number().int().optional().describe('accepted at this time or later'),
  to: z.coerce.number().int().optional().describe('accepted before this time'),
  search: z
    .string()
    .trim()
    .max(200)
    .optional()
    .describe(
      'in question and answer: every word of it has to begin a word there, one of less than three letters has to be one; ' +
        'in any order; case and accents do not matter',
    ),
};

export const turnsQuery = z.strictObject({
  ...turnFilters,
  before: turnId.optional().describe('the `nextBefore` of the page before'),
  limit: page,
});

/** A turn in a list. */
export const turnLine = z.object({
  turnId,
  user: person,
  agentSession: session,
  generation: z.int(),
  host: z.string(),
  status: z.enum(turnStatuses),
  late: z.boolean().describe('the answer arrived after the turn had been given up'),
  /** The beginning of the question, on one line. */
  question: z.string().max(200),
  startedAt: time,
  finishedAt: time.nullable(),
  durationMs: duration,
  firstTextMs: duration.describe('from acceptance to the first text'),
  errorCode: errorCode.nullable(),
  classifierTag: z.string().nullable(),
  usedTools: z.array(z.string()),
  responseTokens: z.int().nullable(),
  tokensExact: z.boolean(),
  rating: z.enum(['up', 'down']).nullable(),
});
export type TurnLine = z.infer<typeof turnLine>;

/**
 * Newest first. The audit log records who reads a turn's text; it records a read of this list only if it was searched.
 */
export const turnsPage = z.object({
  turns: z.array(turnLine),
  nextBefore: turnId.nullable(),
});
export type TurnsPage = z.infer<typeof turnsPage>;

/** The values that filters offer: all users, and the tags of the last 30 days, most frequent first. */
export const turnsChoices = z.object({ users: z.array(person), tags: z.array(z.string()) });
export type TurnsChoices = z.infer<typeof turnsChoices>;

// ── GET /api/admin/turns/:turnId ──────────────────────────────────────────────────────────────────────────────────

/**
 * How a turn spends its time, in order: waiting in the queue, being typed, the agent at work before its first text, the
 * answer being written.
 */
export const turnStages = ['queued', 'typing', 'thinking', 'writing'] as const;
export type TurnStage = (typeof turnStages)[number];

const toolCallView = z.object({
  callId: z.string(),
  tool: z.string(),
  arguments: z.string().describe('JSON, as the agent gave them'),
  startedAt: time,
  durationMs: duration.describe('milliseconds, a person’s decision included; null while it is under way'),
  resultBytes: z.int().nullable().describe('null where there is no result'),
  outcome: z.enum(toolOutcomes),
  detail: z.string().nullable().describe('why there is no result'),
});

export const turnInFull = z.object({
  turnId,
  user: person.extend({ subject: z.string(), role }),
  sessionId: z.string().regex(CHAT_ID_PATTERN).describe('what the request called the conversation'),
  agentSession: session,
  generation: z.int(),
  host: z.string(),
  status: z.enum(turnStatuses),
  late: z.boolean(),
  message: z.string(),
  pageOrigin: z.string().nullable(),
  context: z.string().nullable(),
  attachments: z.array(attachmentView),
  locale: z.string().nullable(),
  response: z.string().describe('Markdown without the trailer; what there is of it while the turn runs'),
  raw: z.string().nullable().describe('as the agent wrote it, with its trailer; null where it was not kept'),
  trailerMalformed: z.boolean(),
  chipCount: z.int(),
  rowsSeen: z.int().nullable(),
  classifierTag: z.string().nullable(),
  usedTools: z.array(z.string()).describe('what the agent says it used'),
  tools: turnCost.shape.tools.nullable().describe('what it was seen to use; null where nobody counted'),
  model: z.string().nullable(),
  notices: z.array(z.enum(turnNotices)).describe('what went on in the agent’s conversation that was not asked here'),
  tokens: z.object({
    input: z.int().nullable(),
    cached: z.int().nullable(),
    output: z.int().nullable(),
    exact: z.boolean().describe('the agent’s own count; else estimated from the length'),
  }),
  /** What the agent waits for now. */
  approvals: z.array(approvalRequest),
  decisions: z.array(decided.extend({ at: time })),
  /** The calls of the application's tools, in their order. */
  toolCalls: z.array(toolCallView),
  startedAt: time,
  finishedAt: time.nullable(),
  durationMs: duration,
  /**
   * For the waterfall: the stages that were reached, without gaps, the first from `startedAt`. `to` is null for the
   * current stage; where a turn ended in a stage, the stage ends there.
   */
  stages: z.array(z.object({ stage: z.enum(turnStages), from: time, to: time.nullable() })),
  error: errorBody.nullable().describe('with its detail'),
  feedback: feedback.nullable(),
});
export type TurnInFull = z.infer<typeof turnInFull>;

// ── GET /api/admin/hosts ──────────────────────────────────────────────────────────────────────────────────────────

export const probe = z.object({
  at: time,
  ms: z.number().describe('how long the answer took'),
  error: z.object({ code: errorCode, detail: z.string().nullable() }).nullable().describe('null: it is well'),
});
export type Probe = z.infer<typeof probe>;

const hostView = z.object({
  name: z.string(),
  backend: z.enum(['local', 'remote', 'disabled']),
  presence: z.enum(['here', 'silent', 'away']),
  mode: z.enum(['channel', 'verbs']).nullable().describe('null before the first contact'),
  refusal: errorBody.nullable().describe('why no question is taken, where none is'),
  agent: z.string().nullable(),
  agentVersion: z.string().nullable().describe('when the host’s daemon started; null where the host does not tell'),
  driver: z.string().nullable(),
  isolation: z
    .enum(isolationLevels)
    .nullable()
    .describe('how people’s agents are kept apart there; null before the first contact'),
  isolationLacks: z
    .string()
    .nullable()
    .describe('what that does not hold, where several people may ask; null: nothing'),
  version: z.string().nullable().describe('of Paliadin on the host: of its shim and daemon'),
  panes: z.object({ live: count, hibernated: count }).nullable().describe('null while the host is away'),
  sessions: count.describe('conversations that live there'),
  room: z
    .object({ panes: count.describe('how many more terminals may live there'), memory: z.number().describe('bytes') })
    .nullable()
    .describe('what it has left for further agents; null where it does not tell'),
  listed: z.boolean().describe('on the list of hosts, where it can be drained; else only the settings name it'),
  enabled: z.boolean().describe('false: it takes no questions'),
  draining: z.boolean().describe('it takes no new conversations; those that live there stay'),
  preference: z.int().nullable().describe('its place in the owner’s order; null where it has none'),
  running: count.describe('turns under way'),
  probes: z.array(probe).describe('the last ones, oldest first, at most 120; one in 30 s, since the gateway’s start'),
});
export type HostView = z.infer<typeof hostView>;

export const hosts = z.object({
  gateway: z.object({
    version: z.string(),
    startedAt: time,
    database: z.string().describe('its name and version'),
    webhooks: z
      .object({
        waiting: count.describe('deliveries that are due, or will be'),
        failing: count.describe('those of them whose last attempt failed'),
        oldestWaitingAt: time.nullable().describe('when the oldest of them occurred; null where none waits'),
        delivered: count.describe('of the last 1000'),
        givenUp: count.describe('of the last 1000'),
      })
      .nullable()
      .describe('null where no endpoint is set'),
  }),
  hosts: z.array(hostView),
});
export type Hosts = z.infer<typeof hosts>;

export const hostParams = z.object({ name: z.string().min(1).max(300) });

/** PATCH …/:name. Draining, it takes no new conversations; those that live there stay. */
export const hostChange = z.strictObject({ draining: z.boolean() });
export const hostChanged = z.object({ name: z.string(), enabled: z.boolean(), draining: z.boolean() });

// ── /api/admin/sessions ───────────────────────────────────────────────────────────────────────────────────────────

export const sessionsQuery = z.strictObject({
  userId: z.uuid().optional(),
  name: session.optional().describe('this one only'),
  limit: z.coerce.number().int().min(1).max(500).default(200),
});

const sessionView = z.object({
  name: session,
  title: z.string().nullable().describe('text of its user; null before the first question'),
  archivedAt: time.nullable(),
  user: person,
  host: z.string(),
  generation: z.int(),
  live: z.boolean().nullable().describe('whether its terminal runs; null while the host is away'),
  running: turnId.nullable().describe('the turn under way'),
  waiting: z
    .boolean()
    .describe('that turn waits for its user’s answer: to a request for a permission, or to a question'),
  queued: count.describe('turns that wait behind it'),
  createdAt: time,
  lastUsedAt: time,
});
export type SessionView = z.infer<typeof sessionView>;

/** Last used first. */
export const sessions = z.object({
  sessions: z.array(sessionView),
  more: z.boolean().describe('there are others, which were used earlier'),
});
export type Sessions = z.infer<typeof sessions>;

export const sessionParams = z.object({ name: session });

/** POST …/:name/reset: stops what is open and begins a new conversation. */
export const sessionReset = z.object({ name: session, generation: z.int() });

/**
 * POST …/:name/move: stops what is open, and begins a new conversation on another host, which gets the last questions
 * and answers with its first question.
 */
export const sessionMove = z.strictObject({ host: z.string().min(1).max(300) });
export const sessionMoved = z.object({ name: session, host: z.string(), generation: z.int() });

/**
 * POST …/:name/hibernate: ends the terminal and keeps the conversation. `false`: the terminal stays, because a turn is
 * under way or somebody watches it.
 */
export const sessionHibernated = z.object({ hibernated: z.boolean() });

/**
 * GET …/:name/screen, as server-sent events of type `screen`, each a `ScreenView`: one at once, then one whenever
 * something was drawn, at most four a second. Nothing is sent to the terminal.
 */
export { type ScreenView, screenView } from './screen.ts';

// ── /api/admin/users ──────────────────────────────────────────────────────────────────────────────────────────────

export const userView = z.object({
  id: z.uuid(),
  subject: z.string().describe('the name by which the way in knows the user'),
  name: z.string(),
  email: z.string().nullable(),
  role,
  disabledAt: time.nullable(),
  createdAt: time,
  lastSeenAt: time.nullable().describe('signed in, used a token, or asked'),
  dailyQuota: z.int().nullable().describe('questions a day; null: as many as they like'),
  turnsToday: count.describe('since the gateway’s midnight'),
  turns: count.describe('all that were accepted: waiting, under way, ended, and deleted since'),
});
export type UserView = z.infer<typeof userView>;

export const users = z.object({ users: z.array(userView) });
export type Users = z.infer<typeof users>;

export const userParams = z.object({ userId: z.uuid() });

/** More than anybody asks in a day. */
export const MAX_DAILY_QUOTA = 100_000;

/**
 * PATCH …/:userId; a field that is left out stays as it is. Only the owner changes a role. Nobody can disable or demote
 * themselves or the owner. Disabling signs the user out everywhere and stops what is open.
 */
export const userChange = z
  .strictObject({
    role: z.enum(['admin', 'member']),
    disabled: z.boolean(),
    dailyQuota: z.int().min(0).max(MAX_DAILY_QUOTA).nullable(),
  })
  .partial();
export type UserChange = z.infer<typeof userChange>;

/**
 * DELETE …/:userId: what was deleted. The user is gone; their numbers stay in the statistics, their rows in the audit
 * log.
 */
export const userDeleted = z.object({
  turns: count,
  conversationEnded: z.boolean().describe('false: the host was away, and has it still'),
  erased: z
    .boolean()
    .describe(
      'false: somebody reads the database just now, so its log still has what was deleted; it goes when they are done',
    ),
});
export type UserDeleted = z.infer<typeof userDeleted>;

/** GET …/:userId/export: everything that is stored about one user, as a JSON file. */
export const userExport = z.object({
  exportedAt: time,
  user: userView.omit({ lastSeenAt: true, turnsToday: true, turns: true }),
  conversations: z.array(
    z.object({
      name: session,
      title: z.string().nullable(),
      archivedAt: time.nullable(),
      host: z.string(),
      generation: z.int(),
      createdAt: time,
      lastUsedAt: time,
    }),
  ),
  tokens: z.array(z.object({ name: z.string(), createdAt: time, lastUsedAt: time.nullable() })),
  turns: z.array(z.looseObject({ turnId, message: z.string(), response: z.string(), startedAt: time })),
  audit: z.array(z.looseObject({ seq: z.int(), at: time, action: z.string() })),
});

// ── /api/admin/audit ──────────────────────────────────────────────────────────────────────────────────────────────

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

// ── exports ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** GET …/turns/export and …/audit/export: all rows that match the filters, newest first, as a file. */
const format = z.enum(['csv', 'json']).default('csv');
export const turnsExportQuery = z.strictObject({ ...turnFilters, format });
export const auditExportQuery = auditQuery.omit({ before: true, limit: true }).extend({ format });

// ── GET /api/admin/events ─────────────────────────────────────────────────────────────────────────────────────────

/**
 * What changed, not its new value: the reader fetches what it shows. The SSE `event` is the type, `data` this. Changes
 * at the same moment are sent once; at most two events a second of each kind. Nothing is replayed: a reader that was
 * disconnected reloads.
 */
export type AdminEvent =
  /** A turn was accepted, moved on, or ended. */
  | {
      type: 'turns';
      turns: {
        turnId: string;
        userId: string;
        /** Null: the status is the same; something else changed, such as a rating. */
        status: (typeof turnStatuses)[number] | null;
      }[];
    }
  /** A session was made or reset, began or ended a turn, or its terminal came or went. */
  | { type: 'sessions' }
  /** A host was probed, went away, or came back. */
  | { type: 'hosts' }
  | { type: 'users' }
  | { type: 'audit'; head: number };
