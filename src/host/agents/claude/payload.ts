/** What Claude Code sends its hooks, as far as it is used here. Other fields and other hooks are ignored. */
import { z } from 'zod';

/** An agent can send anything here; a value that is kept for long must be short. */
const id = z.string().max(200);

export const hookPayload = z.object({
  hook_event_name: z.string(),
  /** Everything that one prompt triggers has one id; a background task that ends is a prompt of its own. */
  prompt_id: id.optional(),
  transcript_path: z.string().max(4096).optional(),
  /** Of a helper that the agent has started. */
  agent_id: id.optional(),
  /** UserPromptSubmit */
  prompt: z.string().optional(),
  /** MessageDisplay: whole lines of Markdown, numbered from 0 in each message. */
  message_id: id.optional(),
  index: z.int().optional(),
  final: z.boolean().optional(),
  delta: z.string().optional(),
  /** PreToolUse, PostToolUse, PostToolUseFailure, PermissionRequest (without an id) */
  tool_name: id.optional(),
  /** Unchanged: a record of Zod's would leave out a field with the name `__proto__`. */
  tool_input: z.custom<Record<string, unknown>>(isObject).optional(),
  tool_use_id: id.optional(),
  duration_ms: z.number().optional(),
  /** Stop: background tasks that still run. */
  background_tasks: z.array(z.object({ id })).optional(),
  /** Elicitation: what an MCP server asks, as a JSON Schema or by a page. */
  mcp_server_name: id.optional(),
  message: z.string().optional(),
  mode: z.string().optional(),
  requested_schema: z.unknown().optional(),
  /** SessionEnd: `clear` if the owner begins a new conversation. */
  reason: z.string().optional(),
  /** StopFailure: a code, and what the terminal shows. */
  error: z.string().optional(),
  last_assistant_message: z.string().optional(),
});

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export type HookPayload = z.infer<typeof hookPayload>;
