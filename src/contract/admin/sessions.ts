/** /api/admin/sessions. The screen of one is in `../screen.ts`. */
import { z } from 'zod';
import { count, person, session, time, turnId } from './fields.ts';

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
