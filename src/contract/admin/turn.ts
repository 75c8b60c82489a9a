/** GET /api/admin/turns/:turnId */
import { z } from 'zod';
import { attachmentView, errorBody, feedback } from '../api.ts';
import { approvalRequest, decided } from '../approval.ts';
import { CHAT_ID_PATTERN } from '../names.ts';
import { toolOutcomes } from '../records/tool-call.ts';
import { turnNotices, turnStatuses } from '../turn.ts';
import { turnCost } from '../turn-cost.ts';
import { duration, person, role, session, time, turnId } from './fields.ts';

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
