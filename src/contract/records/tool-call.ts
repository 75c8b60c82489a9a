/** A call of one of the application's tools, as it is stored with its turn. */

/**
 * `waiting` for the decision of the person who asked; `running` until it is known how it ended. `done`: with a result; `error`: the tool itself says that it failed.
 * `denied` by the person who asked, or nobody decided in time. `refused` by the gateway, before the application was
 * asked. `timeout` and `failed`: the application gave no result, or none that could be used. `cancelled`: the turn was
 * stopped, or the agent gave up. `unknown`: the gateway ended meanwhile.
 */
export const toolOutcomes = [
  'waiting',
  'running',
  'done',
  'error',
  'denied',
  'refused',
  'timeout',
  'failed',
  'cancelled',
  'unknown',
] as const;

/** The outcomes that count as failures. Where a person or the gateway says no, nothing has failed. */
export const failedToolOutcomes: readonly ToolOutcome[] = ['error', 'timeout', 'failed', 'unknown'];

export type ToolOutcome = (typeof toolOutcomes)[number];

export interface ToolCall {
  turnId: string;
  /** Unique in its turn. */
  callId: string;
  tool: string;
  /** JSON, as the agent gave them. */
  arguments: string;
  startedAt: number;
  /** Milliseconds, a person's decision included; null while it is under way. */
  durationMs: number | null;
  /** Bytes of the result as JSON; null where there is none. */
  resultBytes: number | null;
  outcome: ToolOutcome;
  /** Why there is no result, in words; null where there is one. */
  detail: string | null;
}
