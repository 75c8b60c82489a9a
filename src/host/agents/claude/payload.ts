/** What Claude Code tells its hooks, as far as it is used here. Other fields, and other hooks, are passed over. */
import { z } from 'zod';

export const hookPayload = z.object({
  hook_event_name: z.string(),
  /** What one prompt sets off carries one id; a background task that ends is a prompt of its own. */
  prompt_id: z.string().optional(),
  transcript_path: z.string().optional(),
  /** Of a helper that the agent has started. */
  agent_id: z.string().optional(),
  /** UserPromptSubmit */
  prompt: z.string().optional(),
  /** MessageDisplay: whole lines of Markdown, numbered from 0 in each message. */
  message_id: z.string().optional(),
  index: z.int().optional(),
  final: z.boolean().optional(),
  delta: z.string().optional(),
  /** PreToolUse, PostToolUse, PostToolUseFailure, PermissionRequest (without an id) */
  tool_name: z.string().optional(),
  /** As it came: a record of Zod's would leave out a field by the name of `__proto__`. */
  tool_input: z.custom<Record<string, unknown>>(isObject).optional(),
  tool_use_id: z.string().optional(),
  duration_ms: z.number().optional(),
  /** Stop */
  background_tasks: z.array(z.unknown()).optional(),
  /** StopFailure: a word, and what the terminal says. */
  error: z.string().optional(),
  last_assistant_message: z.string().optional(),
});

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export type HookPayload = z.infer<typeof hookPayload>;
