/** /api/admin/users */
import { z } from 'zod';
import { count, page, role, session, time, turnId } from './fields.ts';

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

export const usersQuery = z.strictObject({
  search: z
    .string()
    .trim()
    .max(200)
    .optional()
    .describe(
      'each word of it is part of their name, e-mail address, or the name by which the way in knows them; case does not matter',
    ),
  after: z.uuid().optional().describe('the `nextAfter` of the page before'),
  limit: page,
});

/** Known first first. */
export const users = z.object({ users: z.array(userView), nextAfter: z.uuid().nullable() });
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
