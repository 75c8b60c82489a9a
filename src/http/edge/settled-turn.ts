/**
 * A turn for protocols whose text only ever grows. Ours can replace text that it has sent (docs/decisions/0005); theirs can't,
 * so they get only text that still stands where it was, and at the end they are told if it does not.
 */
import type { StreamedEvent, TurnView } from '../../contract/api.ts';
import { createSettledText, type SettledText } from '../../contract/settled-text.ts';
import { type ApprovalRequest, type Decided, isFinal, type ToolProgress } from '../../contract/turn.ts';
import type { FollowQuery, Turns } from '../../turn/turns.ts';

export type SettledEvent =
  /** The question waits behind others; or the agent has it now. */
  | { type: 'queued' | 'running' }
  /** The next part of the answer. */
  | { type: 'text'; text: string }
  | { type: 'tool'; tool: ToolProgress }
  /** `at`: since when it is asked, in UTC milliseconds. */
  | { type: 'approval'; approval: ApprovalRequest; at: number }
  | { type: 'decided'; decided: Pick<Decided, 'approval' | 'option' | 'message' | 'by'> }
  /** `restated`: the answer is another one than the text that was sent; `turn.response` is what counts. */
  | { type: 'finished'; turn: TurnView; restated: boolean };

export type TurnQuery = Omit<FollowQuery, 'after' | 'turnId'> & { turnId: string };

/** From the turn's beginning to its end, also where that was long ago. */
export async function* followSettled(
  turns: Pick<Turns, 'follow' | 'get'>,
  query: TurnQuery,
): AsyncGenerator<SettledEvent> {
  const text = createSettledText();
  const asked = new Set<string>();
  for await (const { event } of turns.follow({ ...query, after: 0 })) {
    yield* settle(event, text, asked);
    if (event.type === 'finished') return;
  }
  if (query.signal.aborted) return;
  // Its events are no longer kept.
  const turn = await turns.get(query.userId, query.turnId, query.locale);
  if (isFinal(turn.status)) yield* atEnd(turn, text);
}

function* settle(event: StreamedEvent, text: SettledText, asked: Set<string>): Generator<SettledEvent> {
  switch (event.type) {
    case 'chunk': {
      const added = text.put(event.offset, event.text);
      if (added !== '') yield { type: 'text', text: added };
      return;
    }
    case 'queued':
    case 'running':
      yield { type: event.type };
      return;
    case 'tool':
      yield { type: 'tool', tool: event.tool };
      return;
    case 'approval':
      // A host that was reached again asks again.
      if (asked.has(event.approval.id)) return;
      asked.add(event.approval.id);
      yield { type: 'approval', approval: event.approval, at: event.at };
      return;
    case 'decided':
      // What the policy denies is never asked.
      if (!asked.has(event.approval.id)) return;
      yield { type: 'decided', decided: event };
      return;
    case 'finished':
      yield* atEnd(event.turn, text);
  }
}

function* atEnd(turn: TurnView, text: SettledText): Generator<SettledEvent> {
  const rest = text.complete(turn.response);
  if (rest !== null && rest !== '') yield { type: 'text', text: rest };
  // A turn that failed may have no answer on record, though some of it was sent.
  yield { type: 'finished', turn, restated: rest === null && turn.response !== '' };
}
