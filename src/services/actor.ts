/** On whose behalf something is done. */
import type { Role } from '../contract/records/user.ts';

export interface Actor {
  /** A user's id; for the audit log. */
  id: string;
  role: Role;
}

/** Whoever may run commands on the gateway's machine is not asked who they are, and may do what the owner may. */
export const COMMAND_LINE: Actor = { id: 'cli', role: 'owner' };
