/** /api/admin/sessions. The screen of one is in `../screen.ts`. */
import { z } from 'zod';
import { count, page, person, session, time, turnId } from './fields.ts';

/** Where a page of sessions ends: when the last of them was used, and its name. */
export const sessionPlace = z.string().regex(/^\d{1,15}\.[a-z0-9][a-z0-9_-]{0,63}$/);

export const sessionsQuery = z.strictObject({
  userId: z.uuid().optional(),
  name: session.optional().describe('this one only'),
  before: sessionPlace.optional().describe('the `nextBefore` of the page before'),
  limit: page,
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
  nextBefore: z.string().nullable().describe('the next page: those that were used earlier'),
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
