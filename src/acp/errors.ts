/** Errors of the gateway, and turns without an answer, as errors of ACP. */
import { type ErrorBody, Refusal, type TurnView, Unreachable } from '../client/index.ts';
import { PaliadinError } from '../contract/errors.ts';
import { toRequestError } from '../transport/acp.ts';

export async function answering<T>(handle: () => Promise<T>): Promise<T> {
  try {
    return await handle();
  } catch (error) {
    throw toRequestError(asError(error));
  }
}

/** What the prompt's client is told of the turn's end. */
export function ofTurn({ status, error }: TurnView): { stopReason: 'end_turn' | 'cancelled' } {
  if (status === 'cancelled') return { stopReason: 'cancelled' };
  if (error === null) return { stopReason: 'end_turn' };
  throw new PaliadinError(error.code, wordsOf(error));
}

export function refuse(why: string): PaliadinError {
  return new PaliadinError('bad_request', why);
}

function asError(error: unknown): unknown {
  if (error instanceof Refusal) return new PaliadinError(error.body.code, wordsOf(error.body));
  if (error instanceof Unreachable) {
    return new PaliadinError('internal', `the gateway can’t be reached: ${error.message}; see PALIADIN_URL`);
  }
  return error;
}

function wordsOf({ message, detail }: ErrorBody): string {
  return detail === null ? message : `${message} (${detail})`;
}
