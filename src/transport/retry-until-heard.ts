/** The only retry policy for decisions that could not be delivered, for all senders. */
import { PaliadinError } from '../contract/errors.ts';
import { retry } from '../process/retry.ts';

export interface Retry {
  /** Nobody waits for the decision any more. */
  isOver(): boolean;
  /** It was not delivered, and will be sent again. */
  onError(error: unknown): void;
}

/**
 * Sends again, after a pause of one second each time, until it is delivered, nobody waits (`not_found`), or it is over.
 * Never rejects.
 */
export async function retryUntilHeard(tell: () => Promise<void>, { isOver, onError }: Retry): Promise<void> {
  const attempt = async () => {
    if (!isOver()) await tell();
  };
  const when = (error: unknown) => !isOver() && !(error instanceof PaliadinError && error.code === 'not_found');
  await retry(attempt, { firstMs: AGAIN_MS, when, ref: false, onFailure: onError }).catch(() => {});
}

// A full disk, an unavailable store, a client that gives an invalid answer: none of these is repaired at once.
const AGAIN_MS = 1_000;
