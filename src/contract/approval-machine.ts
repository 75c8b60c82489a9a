/**
 * What becomes of one approval: the states and changes that page, gateway and host share.
 *
 * ```
 *            decide              stand
 *   asked ───────────▶ deciding ───────▶ decided ──┐
 *    │ ▲                │    │                     │ close
 *    │ └───── fail ─────┘    │ close               ▼
 *    └───────────────────────┴─────────────────▶ closed
 * ```
 *
 * A decision travels from the page to the gateway, from there to the host, and from there to the agent. Each of the
 * three keeps a state of its own and takes one step to make the decision stand: the page sends it to the gateway, the
 * gateway puts it on record, the host tells the agent. Until then it may fail, and can be made again; from then on it
 * is final.
 */
import type { DecidedBy, Decision } from './turn.ts';

export type ApprovalState =
  /** Nobody has decided. */
  | { at: 'asked' }
  /** Somebody has decided, and the decision does not stand yet: nobody else may decide meanwhile. */
  | { at: 'deciding'; verdict: Verdict }
  /** The decision stands, and the agent has not gone on yet. */
  | { at: 'decided'; verdict: Verdict }
  /** The agent no longer waits. This state is final. */
  | { at: 'closed'; because: ClosedBecause };

export interface Verdict {
  decision: Decision;
  /** A host takes decisions from the gateway alone; the gateway's record says who made them. */
  by: Exclude<DecidedBy, 'terminal'> | 'gateway';
}

/**
 * The agent has the decision; it was answered elsewhere, such as at the agent's terminal; the turn is over or stopping.
 */
export type ClosedBecause = 'decided' | 'elsewhere' | 'turn-over';

export type ApprovalStep =
  /** The agent asks, perhaps again: the sender of this step may have missed the outcome of an earlier request. */
  | { type: 'ask' }
  | { type: 'decide'; verdict: Verdict }
  | { type: 'stand' }
  | { type: 'fail' }
  /** A decision that was made in another place, and stands. */
  | { type: 'hear'; verdict: Verdict }
  /** The agent no longer waits. Where no decision stood by then, it was answered elsewhere. */
  | { type: 'close' }
  /** Somebody decided elsewhere before the decision that stands here arrived. */
  | { type: 'overtake' }
  | { type: 'end-turn' };

export const ASKED: ApprovalState = { at: 'asked' };

/** The state after a step; null where the step is not allowed, and the state stays. */
export function nextState(state: ApprovalState, step: ApprovalStep): ApprovalState | null {
  if (step.type === 'ask') return state;
  if (state.at === 'closed') return null;
  switch (step.type) {
    case 'decide':
      return state.at === 'asked' ? { at: 'deciding', verdict: step.verdict } : null;
    case 'stand':
      return state.at === 'deciding' ? { at: 'decided', verdict: state.verdict } : null;
    case 'fail':
      return state.at === 'deciding' ? ASKED : null;
    case 'hear':
      return state.at === 'decided' ? null : { at: 'decided', verdict: step.verdict };
    case 'close':
      return { at: 'closed', because: state.at === 'decided' ? 'decided' : 'elsewhere' };
    case 'overtake':
      return { at: 'closed', because: 'elsewhere' };
    case 'end-turn':
      return { at: 'closed', because: 'turn-over' };
  }
}

/** The agent waits, as far as is known here. */
export function isOpen({ at }: ApprovalState): boolean {
  return at !== 'closed';
}

/** The agent waits for a decision, and none stands yet. */
export function awaitsDecision({ at }: ApprovalState): boolean {
  return at === 'asked' || at === 'deciding';
}
