import { z } from 'zod';

/** What a session's terminal shows. */
export const screenView = z.object({
  live: z.boolean().describe('false: there is no terminal now; the stream goes on and tells when there is'),
  never: z.boolean().optional().describe('true: this agent has no terminal at all, and never will'),
  columns: z.int(),
  rows: z.int(),
  /** From the top; the only control sequences in them set colour and weight (SGR). */
  lines: z.array(z.string()),
  cursor: z.object({ row: z.int(), column: z.int() }).nullable(),
});
export type ScreenView = z.infer<typeof screenView>;
