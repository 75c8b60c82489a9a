/** A route as it was declared. */
import type { Requirement } from '../services/authorisation.ts';

export interface KnownRoute {
  method: string;
  /** As registered, such as `/api/turns/:turnId`. */
  url: string;
  open: boolean;
  guard: Requirement | null;
}
