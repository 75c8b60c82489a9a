/** GET /api/admin/turns, its choices and its export */
import { z } from 'zod';
import { errorCode } from '../error-code.ts';
import { turnStatuses } from '../turn.ts';
import { duration, format, page, person, session, time, turnId } from './fields.ts';

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

export const turnsChoicesQuery = z.strictObject({
  userId: z.uuid().optional().describe('a user who is among the choices in any case'),
});

/** The values that filters offer: users, at most some 200, and the tags of the last 30 days, most frequent first. */
export const turnsChoices = z.object({
  users: z.array(person),
  moreUsers: z.boolean().describe('there are others; `/api/admin/users` finds them'),
  tags: z.array(z.string()),
});
export type TurnsChoices = z.infer<typeof turnsChoices>;

/** GET …/turns/export */
export const turnsExportQuery = z.strictObject({ ...turnFilters, format });
