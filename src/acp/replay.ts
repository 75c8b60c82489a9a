/** Tells a client what was said in a conversation, oldest first, as `session/load` has to. */
import type { PaliadinClient, TurnView } from '../client/index.ts';
import { questionLine } from '../contract/question-line.ts';
import type { AgentContext } from '../transport/acp.ts';
import type { Follower } from './follower.ts';
import { said, update } from './updates.ts';

/** Returns the id of the last event that is in it. */
export async function replay(
  client: PaliadinClient,
  sessionId: string,
  to: AgentContext,
  follower: Pick<Follower, 'told'>,
): Promise<number> {
  const turns: TurnView[] = [];
  let cursor: number | null = null;
  let before: string | null = null;
  do {
    const page: Awaited<ReturnType<PaliadinClient['history']>> = await client.history({
      sessionId,
      limit: PAGE,
      ...(before !== null && { before }),
    });
    cursor ??= page.cursor;
    turns.push(...page.turns);
    before = page.nextBefore;
  } while (before !== null && turns.length < MAX_TURNS);
  for (const turn of turns.toReversed()) {
    await update(to, sessionId, said('user', questionLine(turn)));
    const answer = turn.error === null ? turn.response : `${turn.response}\n\n> ${turn.error.message}`.trim();
    if (answer !== '') await update(to, sessionId, said('agent', answer));
    follower.told(turn);
  }
  return cursor;
}

const PAGE = 100;
// More than anybody scrolls through in an editor.
const MAX_TURNS = 500;
