/** The approvals of one turn, built from its events: the same for storing, streaming and showing them. */
import { type ApprovalState, type ApprovalStep, ASKED, isOpen, nextState, type Verdict } from './approval-machine.ts';
import type { ApprovalRequest, Decided, TurnEvent } from './turn.ts';

export interface Approval {
  request: ApprovalRequest;
  state: ApprovalState;
  /** A person sees it. A request that is denied without asking anybody is only on record. */
  shown: boolean;
}

/** By the approval's id, in the order in which they were asked. */
export type TurnApprovals = ReadonlyMap<string, Approval>;

export type ApprovalEvent = Extract<TurnEvent, { type: 'approval' | 'approval-closed' | 'decided' }>;

export const NO_APPROVALS: TurnApprovals = new Map();

export function withEvent(approvals: TurnApprovals, event: ApprovalEvent): TurnApprovals {
  switch (event.type) {
    case 'approval':
      return asked(approvals, event.approval);
    case 'approval-closed':
      return stepped(approvals, event.id, { type: 'close' });
    case 'decided':
      return heard(approvals, event);
  }
}

/** From a turn as a whole: the approvals that are open, and those that were decided. */
export function approvalsOf(told: {
  approvals: readonly ApprovalRequest[];
  decisions: readonly Decided[];
}): TurnApprovals {
  return told.decisions.reduce(heard, told.approvals.reduce(asked, NO_APPROVALS));
}

/** One step of one approval; nothing changes where the step is not allowed, or the approval not known. */
export function stepped(approvals: TurnApprovals, id: string, step: ApprovalStep): TurnApprovals {
  const known = approvals.get(id);
  const state = known && nextState(known.state, step);
  return known && state ? new Map(approvals).set(id, { ...known, state }) : approvals;
}

/** The approvals that a person sees and the agent still waits for. */
export function openApprovals(approvals: TurnApprovals): Approval[] {
  return [...approvals.values()].filter(({ shown, state }) => shown && isOpen(state));
}

export function openRequests(approvals: TurnApprovals): ApprovalRequest[] {
  return openApprovals(approvals).map(({ request }) => request);
}

function asked(approvals: TurnApprovals, request: ApprovalRequest): TurnApprovals {
  const { state = ASKED } = approvals.get(request.id) ?? {};
  return isOpen(state) ? new Map(approvals).set(request.id, { request, state, shown: true }) : approvals;
}

function heard(approvals: TurnApprovals, decided: Decided): TurnApprovals {
  const { id } = decided.approval;
  const known = approvals.get(id) ?? { request: { ...decided.approval, options: [] }, state: ASKED, shown: false };
  const verdict = verdictOf(decided);
  const step = verdict === null ? ({ type: 'overtake' } as const) : ({ type: 'hear', verdict } as const);
  return stepped(new Map(approvals).set(id, known), id, step);
}

/** The verdict of a decision on record; null where somebody answered first at the agent's terminal. */
export function verdictOf({ by, option, message, answers }: Decided): Verdict | null {
  return option === null || by === 'terminal' ? null : { decision: { option, message, answers }, by };
}
