/** One step of a check of gateway and host, or of a host's set-up; and what a host says about itself. */
import { z } from 'zod';

export const check = z.object({
  step: z.string(),
  /** Which side the step is on. */
  side: z.enum(['gateway', 'host']),
  ok: z.boolean(),
  found: z.string().describe('what there is, or what is wrong'),
  remedy: z.string().nullable().describe('what to do: always there where the step failed, advice where it did not'),
});
export type Check = z.infer<typeof check>;

/** The answer to the shim's verb `doctor`. */
export const hostReport = z.object({
  version: z.string(),
  protocol: z.int(),
  now: z.int().describe('the host’s clock as the report was finished, UTC milliseconds'),
  checks: z.array(check),
  /** What the host lets a gateway allow; a host that does not say lets it allow everything. */
  approvals: z.enum(['deny', 'gateway']).optional(),
});
export type HostReport = z.infer<typeof hostReport>;
