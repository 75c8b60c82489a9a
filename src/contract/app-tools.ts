/** The application's own tools: what an agent may ask of the application, in the name of the person whose turn runs. */
import { z } from 'zod';
import type { StopSignal } from './stop-signal.ts';

/** What an agent, and the model behind it, accept as a tool's name. */
export const TOOL_NAME_PATTERN = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;

/** Identifies a call within its turn; chosen by the host, the same when it is sent again. */
export const CALL_ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

/** One message of the channel is at most 1 MiB; lists and results stay well below, whatever their characters. */
export const MAX_TOOLS_BYTES = 512 * 1024;

const hints = z.object({
  title: z.string().optional(),
  readOnlyHint: z.boolean().optional(),
  destructiveHint: z.boolean().optional(),
  idempotentHint: z.boolean().optional(),
  openWorldHint: z.boolean().optional(),
});

/** Names and texts are the application's, and cleaned: an agent may show them in its terminal. */
export const appTool = z.object({
  name: z.string().regex(TOOL_NAME_PATTERN),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: z.record(z.string(), z.unknown()),
  annotations: hints.optional(),
});
export type AppTool = z.infer<typeof appTool>;

const content = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('image'), data: z.string(), mimeType: z.string() }),
  z.object({ type: z.literal('resource_link'), uri: z.string(), name: z.string() }),
]);
export type AppContent = z.infer<typeof content>;

export const appToolResult = z.object({
  content: z.array(content),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
});
export type AppToolResult = z.infer<typeof appToolResult>;

export const appToolCall = z.object({
  id: z.string().regex(CALL_ID_PATTERN),
  name: z.string().max(128),
  arguments: z.record(z.string(), z.unknown()),
});
export type AppToolCall = z.infer<typeof appToolCall>;

/** The tools of one running turn, as the gateway that runs it offers them to the host. */
export interface TurnTools {
  /** @throws PaliadinError where the application can't be asked, in words for the agent. */
  list(): Promise<AppTool[]>;
  /** Joins a call with the same id. A refusal is a result too: the agent reads why, and goes on. */
  call(call: AppToolCall, signal: StopSignal): Promise<AppToolResult>;
}

/** A result that says why there is none. */
export function refusedResult(why: string): AppToolResult {
  return { content: [{ type: 'text', text: why }], isError: true };
}
