/**
 * The log that the demo agent keeps of each turn while it works: one file a turn, one JSON object a
 * line, only ever appended to. It does for the demo agent what hooks do for Claude Code: it holds the evidence
 * that the prompt was received, the answer as it is written, and the end; and it outlives every process that reads it.
 */
import { z } from 'zod';
import { approvalRequest, decision } from './approval.ts';

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
  /** `input` is the tool's input, from which the host makes the fields that a person sees. */
  approvalRequest.extend({ event: z.literal('approval'), input: z.record(z.string(), z.unknown()).optional() }),
  z.object({ event: z.literal('approval-closed'), id: z.string() }),
  /** The answer is whole, or was cut for the reason in `detail`. */
  z.object({
    event: z.literal('stop'),
    detail: z.string().optional(),
    inputTokens: z.int().optional(),
    outputTokens: z.int().optional(),
  }),
  /** The model failed or the usage limit is reached. `detail` is for the owner. */
  z.object({ event: z.literal('failure'), code: z.enum(['agent_error', 'agent_limit']), detail: z.string() }),
  /** A person pressed Escape. */
  z.object({ event: z.literal('interrupted') }),
]);

/**
 * A decision that a person made elsewhere, as a file beside the log: `<turn id>.<approval id>.decision`, written
 * atomically. It does for the demo agent what an answered hook does for Claude Code.
 */
export const agentDecision = decision;

export function decisionFile(turnId: string, approvalId: string): string {
  return `${turnId}.${encodeURIComponent(approvalId.toWellFormed())}.decision`;
}

export type AgentLogEntry = z.infer<typeof agentLogEntry>;
