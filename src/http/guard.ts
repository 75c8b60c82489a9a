/** What a route asks of whoever calls it. */
import type { Role } from '../contract/records/user.ts';
import type { Scope } from '../contract/scopes.ts';

export interface Guard {
  /** The least role. */
  role: Role;
  /** What an API token has to be for. */
  scope: Scope;
  /** Asks the agent for something: `PALIADIN_ACCESS` decides too. */
  asks?: true | undefined;
}
