/** The user or process that acts. */
import type { Role } from '../contract/records/user.ts';

export interface Actor {
  /** A user's id; for the audit log. */
  id: string;
  role: Role;
}

/** The command line needs no sign-in: anybody who can run it on the gateway's machine may do what the owner may. */
export const COMMAND_LINE: Actor = { id: 'cli', role: 'owner' };
