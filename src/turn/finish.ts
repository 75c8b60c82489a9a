/** The values that the audit row gets once the turn has ended. */

import { countChips } from '../contract/count-chips.ts';
import type { PaliadinError } from '../contract/errors.ts';
import type { HostOutcome } from '../contract/host.ts';
import type { TurnChange } from '../contract/records/turn.ts';
import { approximateTokens } from '../contract/tokens.ts';
import { splitTrailer } from '../contract/trailer.ts';
import type { TurnResult, TurnStatus } from '../contract/turn.ts';

/** `answer` is the agent's whole text; for a turn that did not complete, the text so far. */
export function ended(outcome: HostOutcome, answer: string): TurnChange & { status: TurnStatus } {
  return {
    ...described(outcome, answer),
    status: STATUS[outcome.state],
    errorCode: outcome.code,
    errorDetail: outcome.detail,
  };
}

/** The turn ended without an outcome from the host; `told` is the part of the answer that the host had sent. */
export function refused({ code, detail }: PaliadinError, told: string): TurnChange & { status: TurnStatus } {
  const status = code === 'cancelled' ? 'cancelled' : code === 'outcome_unknown' ? 'unknown' : 'failed';
  const shown = told === '' ? {} : described({ inputTokens: null, outputTokens: null }, told);
  return { ...shown, status, errorCode: code, errorDetail: detail };
}

/** What an answer that came late adds to a turn that stays failed. */
export function answeredLate(tokens: Pick<HostOutcome, 'inputTokens' | 'outputTokens'>, answer: string): TurnChange {
  return { ...described(tokens, answer), late: true };
}

function described(
  { inputTokens, outputTokens }: Pick<HostOutcome, 'inputTokens' | 'outputTokens'>,
  answer: string,
): Omit<TurnResult, 'turnId' | 'durationMs'> & Pick<TurnChange, 'trailer'> {
  const { body, meta, malformed } = splitTrailer(answer);
  return {
    ...meta,
    response: body,
    trailer: answer.slice(body.length),
    trailerMalformed: malformed,
    chipCount: countChips(body),
    responseTokens: outputTokens ?? approximateTokens(body),
    tokensExact: outputTokens !== null,
    inputTokens,
  };
}

const STATUS = { done: 'completed', failed: 'failed', cancelled: 'cancelled', unknown: 'unknown' } as const;
