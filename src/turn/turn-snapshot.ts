/** What a person has been shown of a running turn, assembled from its stored events. */
import type { Turn } from '../contract/records/turn.ts';
import { addStep, type Step } from '../contract/steps.ts';
import type { ApprovalRequest, Decided, Presence } from '../contract/turn.ts';
import { NO_APPROVALS, openRequests, withEvent } from '../contract/turn-approvals.ts';
import type { Store } from '../store/store.ts';

export interface TurnSnapshot {
  /** Text of the answer. */
  text: string;
  /** What the agent waits for. */
  approvals: ApprovalRequest[];
  steps: Step[];
  presence: Presence;
  decisions: Decided[];
}

export const EMPTY_SNAPSHOT: TurnSnapshot = { text: '', approvals: [], steps: [], presence: 'here', decisions: [] };

export async function turnSnapshot(store: Pick<Store, 'events'>, { userId, turnId }: Turn): Promise<TurnSnapshot> {
  let text = '';
  let steps: Step[] = [];
  let presence: Presence = 'here';
  let approvals = NO_APPROVALS;
  const decisions: Decided[] = [];
  let after = 0;
  for (;;) {
    const events = await store.events.after({ userId, turnId, after, limit: PAGE });
    for (const { id, at, event } of events) {
      if (event.type === 'chunk') text = text.slice(0, event.offset) + event.text;
      if (event.type === 'tool') steps = addStep(steps, event.tool, at);
      if (event.type === 'presence') presence = event.presence;
      if (event.type === 'approval' || event.type === 'approval-closed' || event.type === 'decided') {
        approvals = withEvent(approvals, event);
      }
      if (event.type === 'decided') {
        const { type: _, ...decided } = event;
        decisions.push(decided);
      }
      after = id;
    }
    if (events.length < PAGE) return { text, approvals: openRequests(approvals), steps, presence, decisions };
  }
}

const PAGE = 500;
