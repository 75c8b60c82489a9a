import { z } from 'zod';

/** A tool that the agent used, by its own record. `ms` is how long it ran, all calls together. */
export const toolUse = z.object({ name: z.string(), count: z.int(), ms: z.number() });

export type ToolUse = z.infer<typeof toolUse>;

/** The cost of a turn, by the agent's own count. */
export const turnCost = z.object({
  model: z.string().nullable(),
  /** Tokens that the model read: new ones, and those from its cache. */
  inputTokens: z.int(),
  cachedTokens: z.int(),
  outputTokens: z.int(),
  tools: z.array(toolUse),
});

export type TurnCost = z.infer<typeof turnCost>;
