/** The request of a gateway's owner to the shim on the host, through their own access: JSON on its standard input. */
import { z } from 'zod';
import { hostApprovals } from '../config/approval-policy.ts';
import { isolationLevels } from '../contract/isolation.ts';

const gateway = z.string().regex(/^[0-9a-f]{8}$/);

export const installRequest = z.object({
  gateway: gateway.describe('whose key it is'),
  publicKey: z.string().regex(/^ssh-ed25519 [A-Za-z0-9+/]+=*$/),
  node: z.string().startsWith('/').describe('the Node that runs the shim'),
  path: z.string().describe('PATH of daemon and agents'),
  agent: z.enum(['claude', 'demo', 'acp', 'none']).optional(),
  agentCommand: z
    .string()
    .regex(/^[^\p{Cc}`]+$/u, 'a command on one line, without backquotes')
    .max(1000)
    .optional()
    .describe('of an agent that speaks ACP'),
  approvals: hostApprovals.optional().describe('what a gateway may allow there; what stands there stays without it'),
  isolation: z
    .enum(isolationLevels)
    .optional()
    .describe('how people are to be kept apart there; what stands there stays'),
  service: z.boolean(),
  skill: z.array(z.object({ path: z.string(), text: z.string() })).describe('the plugin’s files'),
});
export type InstallRequest = z.infer<typeof installRequest>;

export const uninstallRequest = z.object({
  gateway,
  purge: z.boolean().describe('conversations and what the owner has written go too'),
});
export type UninstallRequest = z.infer<typeof uninstallRequest>;

/** The prefix of each line of the answer that contains a check. A login shell may print other lines. */
export const STEP_SAYS = 'paliadin-step ';
/** The last line of a complete answer. */
export const END_SAYS = 'paliadin-end';
