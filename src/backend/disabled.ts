/** No host: questions are refused, and the error says what would enable one; reading works without a host. */
import { PaliadinError } from '../contract/errors.ts';
import type { Backend } from './backend.ts';

/** `why` says what is missing and what to set. */
export function disabledBackend(why: string) {
  const refusal = new PaliadinError('disabled', why);
  const refuse = () => Promise.reject(refusal);
  return {
    kind: 'disabled',
    host: 'none',
    agent: () => null,
    refusal: () => refusal,
    identity: () => null,
    health: refuse,
    run: refuse,
    turn: refuse,
    cancel: refuse,
    decide: refuse,
    // There is no conversation to end, so there is nothing to refuse.
    reset: () => Promise.resolve(),
    acknowledge: () => Promise.resolve(null),
    attach: refuse,
    sessions: () => Promise.resolve([]),
    hibernate: refuse,
    watchScreen: refuse,
    presence: () => 'here' as const,
    onLate() {},
    onBack: () => () => {},
    close: () => Promise.resolve(),
  } satisfies Backend;
}
