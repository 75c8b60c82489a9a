/**
 * The log that an agent of ours keeps of each turn while it works: one file a turn, one JSON object a
 * line, only ever appended to. What hooks are to Claude Code, this file is to the demo agent: evidence
 * that the prompt was received, the answer as it is written, and the end; and it survives whoever reads it.
 */
import { z } from 'zod';

const approvalQuestion = z.object({
  question: z.string(),
  header: z.string(),
  multiple: z.boolean(),
  options: z.array(z.object({ label: z.string(), description: z.string() })),
});

export const agentLogEntry = z.discriminatedUnion('event', [
  /** The prompt was received: the evidence of delivery. Always the first entry. */
  z.object({ event: z.literal('prompt') }),
  /** The next piece of the answer, trailer included. */
  z.object({ event: z.literal('text'), delta: z.string() }),
  z.object({
    event: z.literal('tool'),
    id: z.string(),
    title: z.string(),
    status: z.enum(['running', 'done', 'failed']),
  }),
  z.object({
    event: z.literal('approval'),
    id: z.string(),
    title: z.string(),
    options: z.array(z.object({ id: z.string(), label: z.string() })),
    kind: z.enum(['permission', 'question']).optional(),
    detail: z.string().optional(),
    diff: z.string().optional(),
    questions: z.array(approvalQuestion).optional(),
  }),
  z.object({ event: z.literal('approval-closed'), id: z.string() }),
  /** The answer is whole, or cut for a reason that `detail` says. */
  z.object({
    event: z.literal('stop'),
    detail: z.string().optional(),
    inputTokens: z.int().optional(),
    outputTokens: z.int().optional(),
  }),
  /** The model failed or the allowance is used up. `detail` is for the owner. */
  z.object({ event: z.literal('failure'), code: z.enum(['agent_error', 'agent_limit']), detail: z.string() }),
  /** A person pressed Escape. */
  z.object({ event: z.literal('interrupted') }),
]);

export type AgentLogEntry = z.infer<typeof agentLogEntry>;
