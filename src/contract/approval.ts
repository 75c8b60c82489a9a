/** The shapes of what is asked of a person and of what they decide, for whoever has to check them. */
import { z } from 'zod';
import type { ApprovalRequest, Decision } from './turn.ts';

export const approvalRequest = z.object({
  id: z.string(),
  title: z.string(),
  options: z.array(z.object({ id: z.string(), label: z.string() })),
  kind: z.enum(['permission', 'question']).optional(),
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
