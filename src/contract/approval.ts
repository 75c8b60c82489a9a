/** The shapes of what is asked of a person and of what they decide, for whoever has to check them. */
import { z } from 'zod';
import type { ApprovalRequest, Decided, Decision } from './turn.ts';

/** Part of an address, and of a file's name. */
export const approvalId = z.string().min(1).max(100);

const kind = z.enum(['permission', 'question']);

export const approvalRequest = z.object({
  id: approvalId,
  title: z.string(),
  options: z.array(z.object({ id: z.string(), label: z.string() })),
  kind: kind.optional(),
  detail: z.string().optional(),
  diff: z.string().optional(),
  questions: z
    .array(
      z.object({
        question: z.string(),
        options: z.array(z.object({ label: z.string(), description: z.string().optional() })),
        several: z.boolean(),
      }),
    )
    .optional(),
}) satisfies z.ZodType<ApprovalRequest>;

/** What goes along with the option; the bounds are those of what a person types. */
const more = {
  message: z.string().max(2000).optional(),
  answers: z.record(z.string().max(2000), z.string().max(2000)).optional(),
};

export const decision = z.object({
  option: z.string().min(1).max(100).describe('one of the request’s options, or `deny`'),
  ...more,
}) satisfies z.ZodType<Decision>;

export const decisionMore = z.object(more);

export const decided = z.object({
  approval: z.object({ id: approvalId, title: z.string(), kind }),
  option: z.string().nullable().describe('null where somebody was faster at the agent’s terminal'),
  by: z.enum(['user', 'policy', 'timeout', 'terminal']),
  ...more,
}) satisfies z.ZodType<Decided>;
