/** How long a search through all users' turns may take. */
import { PaliadinError } from '../contract/errors.ts';

/** In milliseconds: nobody waits longer for a page. */
export const SEARCH_MS = 10_000;

export function searchTooLong(ms: number): PaliadinError {
  return new PaliadinError(
    'bad_request',
    `search: not done within ${ms / 1000} s; name a person, a time, or longer words`,
  );
}
