/** Hands a question to the gateway, again under the same key where the line broke: it is one turn all the same. */
import type { AskBody, TurnView } from '../../contract/api.ts';
import { needsProxySignIn, Unreachable } from '../request.ts';
import type { Api } from './api.ts';

/** @throws Refusal, or Unreachable when every attempt failed or `signal` ended the attempts. */
export async function submit(
  api: Pick<Api, 'ask'>,
  { body, key }: { body: AskBody; key: string },
  { signal, pause }: { signal: AbortSignal; pause(ms: number): Promise<void> },
): Promise<TurnView> {
  let timeouts = 0;
  for (const wait of PAUSES_MS) {
    try {
      return await api.ask(body, key);
    } catch (error) {
      if (!(error instanceof Unreachable) || needsProxySignIn(error) || signal.aborted) throw error;
      if (error.why === 'timeout' && ++timeouts === MOST_TIMEOUTS) throw error;
      await pause(wait);
      if (signal.aborted) throw error;
    }
  }
  return api.ask(body, key);
}

/** Some ten seconds in all: long enough for a lift or a restart of the gateway, short enough to wait for. */
const PAUSES_MS = [500, 1500, 3000, 5000];

/** Each takes long. The first may be the fault of a line that died while nobody looked; the next goes over another. */
const MOST_TIMEOUTS = 2;
