/** A route as it was declared. */
import type { Guard } from './guard.ts';

export interface KnownRoute {
  method: string;
  /** As registered, such as `/api/turns/:turnId`. */
  url: string;
  open: boolean;
  guard: Guard | null;
}
