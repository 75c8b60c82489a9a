/** Asks a person in their turn, and holds the hook's call until they have decided. */
import type { ApprovalRequest } from '../../../contract/turn.ts';
import type { Answer, OpenApproval } from './open-approvals.ts';
import type { RecordedTurn } from './recorded-turn.ts';

export type Asker = Pick<OpenApproval, 'toolUse' | 'call' | 'helper'>;

/** Null if nobody waits for the answer any more: it was given at the terminal, or the agent is `gone`. */
export async function ask(
  turn: RecordedTurn,
  approval: ApprovalRequest,
  asker: Asker,
  gone: AbortSignal,
): Promise<Answer | null> {
  const { id } = approval;
  const { promise, resolve } = Promise.withResolvers<Answer | null>();
  const close = () => resolve(null);
  gone.addEventListener('abort', close);
  turn.approvals.add(id, { ...asker, answer: resolve, close });
  turn.write([
    { event: 'asker', approval: id, ...asker },
    { event: 'approval', ...approval },
  ]);
  const answer = await promise;
  turn.approvals.delete(id);
  turn.write([{ event: 'approval-closed', id }]);
  return answer;
}
