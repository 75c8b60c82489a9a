import { PaliadinError } from '../contract/errors.ts';

/** Why the host could not write `what`, and what to do. */
export function writeProblem(what: string, error: unknown): PaliadinError {
  if (error instanceof PaliadinError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  const advice = code === 'ENOSPC' || code === 'EDQUOT' ? 'free some space on the host' : 'check its state directory';
  return new PaliadinError('shim_error', `the host can't write ${what} (${code}): ${advice}`, { cause: error });
}
