/** Hands a question to the gateway, again under the same key where the line broke: it is one turn all the same. */
import type { TurnView } from '../contract/api.ts';
import { needsProxySignIn, Refusal, Unreachable } from './request.ts';

/**
 * `post` sends it once. `signal` ends the attempts; one that is under way is awaited, since it may have been accepted.
 * @throws Refusal, or Unreachable when every attempt failed
 */
export async function askUntilAnswered(
  post: () => Promise<TurnView>,
  { signal, pause }: { signal: AbortSignal | undefined; pause(ms: number): Promise<void> },
): Promise<TurnView> {
  let timeouts = 0;
  for (const wait of PAUSES_MS) {
    try {
      return await post();
    } catch (error) {
      if (!isWorthAnother(error) || signal?.aborted) throw error;
      if (error instanceof Unreachable && error.why === 'timeout' && ++timeouts === MOST_TIMEOUTS) throw error;
      await pause(wait);
      if (signal?.aborted) throw error;
    }
  }
  return post();
}

function isWorthAnother(error: unknown): boolean {
  if (error instanceof Refusal) return isStopping(error);
  return error instanceof Unreachable && !needsProxySignIn(error) && error.why !== 'token';
}

/** Its next start answers, or another gateway does. Nothing else is refused like this. */
function isStopping({ status, body }: Refusal): boolean {
  return status === 503 && body.code === 'internal';
}

/** Some ten seconds in all: long enough for a lift or a restart of the gateway, short enough to wait for. */
const PAUSES_MS = [500, 1500, 3000, 5000];

/** Each takes long. The first may be the fault of a line that died while nobody looked; the next goes over another. */
const MOST_TIMEOUTS = 2;
