/** One turn of the chat, and how events and the person change it. */
import type { StreamedEvent, TurnView } from '../../contract/api.ts';
import type { ApprovalStep } from '../../contract/approval-machine.ts';
import { addStep, type Step } from '../../contract/steps.ts';
import { isFinal, type Presence } from '../../contract/turn.ts';
import {
  type ApprovalEvent,
  approvalsOf,
  openRequests,
  stepped,
  type TurnApprovals,
  withEvent,
} from '../../contract/turn-approvals.ts';

export interface ChatTurn {
  view: TurnView;
  steps: readonly Step[];
  /** Whether the machine of the agent can be reached. */
  presence: Presence;
  /** What the agent asks, and what became of it, with what the person has just decided here. */
  approvals: TurnApprovals;
  /** The person pressed stop, and it has not stopped yet. */
  stopping: boolean;
}

export function isOpen(turn: ChatTurn): boolean {
  return !isFinal(turn.view.status);
}

export function fromView(view: TurnView): ChatTurn {
  return { view, steps: view.steps, presence: view.presence, approvals: approvalsOf(view), stopping: false };
}

/** As the history has it now, which does not know yet what the person has just done here. */
export function lookedUp(before: ChatTurn, view: TurnView): ChatTurn {
  const turn = { ...fromView(view), stopping: before.stopping };
  return [...before.approvals].reduce(
    (next, [id, { state }]) =>
      state.at === 'deciding' ? stepApproval(next, id, { type: 'decide', verdict: state.verdict }) : next,
    turn,
  );
}

export function ended(turn: ChatTurn, view: TurnView): ChatTurn {
  return { ...turn, view, approvals: approvalsOf(view), presence: 'here', stopping: false };
}

/** A step that the person takes with an approval. */
export function stepApproval(turn: ChatTurn, id: string, step: ApprovalStep): ChatTurn {
  const approvals = stepped(turn.approvals, id, step);
  return approvals === turn.approvals ? turn : { ...turn, approvals };
}

type Progress = Exclude<StreamedEvent, { turn: TurnView } | { type: 'reset' | 'conversation' }>;

export function progress(turn: ChatTurn, event: Progress): ChatTurn {
  const { view } = turn;
  switch (event.type) {
    case 'queued':
      return { ...turn, view: { ...view, status: 'queued', queuePosition: event.position } };
    case 'delivering':
      return { ...turn, view: { ...view, status: 'delivering', queuePosition: null } };
    case 'running':
      return { ...turn, view: { ...view, status: 'running', queuePosition: null } };
    case 'chunk':
      return { ...turn, view: { ...view, response: view.response.slice(0, event.offset) + event.text } };
    case 'tool':
      return { ...turn, steps: addStep(turn.steps, event.tool, event.at) };
    case 'approval': {
      const { view, ...asked } = seeApproval(turn, event);
      return { ...asked, view: { ...view, status: 'waiting' } };
    }
    case 'approval-closed': {
      const { view, ...rest } = seeApproval(turn, event);
      return { ...rest, view: { ...view, status: view.approvals.length > 0 ? 'waiting' : 'running' } };
    }
    case 'decided': {
      const { type: _type, turnId: _turnId, at: _at, ...decided } = event;
      const { view, ...rest } = seeApproval(turn, event);
      return { ...rest, view: { ...view, decisions: [...view.decisions, decided] } };
    }
    case 'notice':
      return { ...turn, view: { ...view, notices: [...new Set([...view.notices, event.notice])] } };
    case 'changed':
      return turn; // for the page around
    case 'presence':
      return { ...turn, presence: event.presence };
  }
}

function seeApproval(turn: ChatTurn, event: ApprovalEvent): ChatTurn {
  const approvals = withEvent(turn.approvals, event);
  return { ...turn, approvals, view: { ...turn.view, approvals: openRequests(approvals) } };
}
