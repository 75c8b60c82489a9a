/**
 * A turn for protocols in which an approval ends the response, and the decision begins the next one. The turn itself waits in
 * between; what it did meanwhile comes with the next response.
 */
import type { ApprovalRequest } from '../../contract/turn.ts';
import type { Turns } from '../../turn/turns.ts';
import { followSettled, type SettledEvent, type TurnQuery } from './settled-turn.ts';

export type UntilInterrupt = SettledEvent | { type: 'interrupted'; approvals: ApprovalRequest[]; at: number };

/** `after`: the approvals that the response before this one ended with; what came before them is left out. */
export async function* followToInterrupt(
  turns: Pick<Turns, 'follow' | 'get'>,
  query: TurnQuery,
  after: readonly string[] = [],
): AsyncGenerator<UntilInterrupt> {
  const skipped = new Set(after);
  for await (const event of followSettled(turns, query)) {
    if (skipped.size > 0 && event.type !== 'finished') {
      if (event.type === 'approval') skipped.delete(event.approval.id);
      // Events are forgotten an hour after the turn's end: then its end is all that there is.
      continue;
    }
    if (event.type !== 'approval') {
      yield event;
      continue;
    }
    const { approvals } = await turns.get(query.userId, query.turnId, query.locale);
    const open = approvals.some(({ id }) => id === event.approval.id);
    yield event;
    if (!open) continue;
    yield { type: 'interrupted', approvals, at: event.at };
    return;
  }
}
