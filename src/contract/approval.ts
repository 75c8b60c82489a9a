/** Schemas of the request that a person is asked to decide and of the decision, for the modules that validate them. */
import { z } from 'zod';
import type { ApprovalField, ApprovalRequest, Decided, Decision } from './turn.ts';

/** Becomes part of a URL and of a file name. */
export const approvalId = z.string().min(1).max(100);

const kind = z.enum(['permission', 'question']);

const field = z.object({
  path: z.array(z.union([z.string(), z.int().nonnegative()])),
  text: z.string(),
  length: z.int().nonnegative().optional().describe('of a whole string, in UTF-16 units; `text` may have less of it'),
  look: z.enum(['removed', 'added', 'warning']).optional(),
}) satisfies z.ZodType<ApprovalField>;

const option = z.object({
  label: z.string(),
  description: z.string().optional(),
  preview: z.string().optional(),
});

/** What would be done, or what is asked. */
const shown = {
  fields: z.array(field).optional().describe('the tool’s whole input'),
  missing: z
    .object({ characters: z.int().nonnegative(), fields: z.int().nonnegative() })
    .optional()
    .describe('what was too long to be shown; then it can only be denied'),
  detail: z.string().optional().describe('the same as text'),
  diff: z.string().optional(),
  questions: z
    .array(
      z.object({
        question: z.string(),
        header: z.string().optional(),
        options: z.array(option),
        several: z.boolean(),
      }),
    )
    .optional(),
};

export const approvalRequest = z.object({
  id: approvalId,
  title: z.string(),
  options: z.array(z.object({ id: z.string(), label: z.string() })),
  kind: kind.optional(),
  tool: z.string().optional(),
  ...shown,
}) satisfies z.ZodType<ApprovalRequest>;

/** What accompanies the option; the limits are those of typed text. */
const more = {
  message: z.string().max(2000).optional(),
  answers: z.record(z.string().max(2000), z.string().max(2000)).optional(),
};

/** Not strict: an agent's own log, too, has decisions in this form. */
export const decision = z.object({
  option: z.string().min(1).max(100).describe('one of the request’s options, or `deny`'),
  ...more,
}) satisfies z.ZodType<Decision>;

export const decisionMore = z.object(more);

export const decided = z.object({
  approval: z.object({ id: approvalId, title: z.string(), kind, tool: z.string().optional(), ...shown }),
  option: z.string().nullable().describe('null where somebody was faster at the agent’s terminal'),
  by: z.enum(['user', 'policy', 'timeout', 'terminal']),
  ...more,
}) satisfies z.ZodType<Decided>;
