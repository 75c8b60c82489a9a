/** How a decision that was not heard is told again: the one policy, for whoever tells it. */
import { PaliadinError } from '../contract/errors.ts';
import { retry } from '../process/retry.ts';

export interface Retry {
  /** Nobody waits for it any more. */
  isOver(): boolean;
  /** It was not heard, and will be told again. */
  onError(error: unknown): void;
}

/** Tells again, a second later each time, until it is heard, nobody waits (`not_found`), or it is over. Never rejects. */
export async function retryUntilHeard(tell: () => Promise<void>, { isOver, onError }: Retry): Promise<void> {
  const attempt = async () => {
    if (!isOver()) await tell();
  };
  const when = (error: unknown) => !isOver() && !(error instanceof PaliadinError && error.code === 'not_found');
  await retry(attempt, { firstMs: AGAIN_MS, when, ref: false, onFailure: onError }).catch(() => {});
}

// A disk that is full, a store that is away, a client that answers what was not asked: none mends at once.
const AGAIN_MS = 1_000;
