/** What the agent on a new host is told of the conversation before: the last turns, within bounds. */
import type { Turn } from '../contract/records/turn.ts';
import { cleanText } from '../contract/sanitise.ts';
import type { Store } from '../store/store.ts';

/**
 * Null where the turn is not the first that its host gets after a move. Empty where nothing was answered before: the
 * conversation begins anew all the same.
 */
export async function earlierTurns(turn: Turn, store: Pick<Store, 'sessions' | 'turns'>): Promise<string | null> {
  const session = await store.sessions.get(turn.agentSession);
  if (session?.movedIn !== turn.generation) return null;
  const { turns } = await store.turns.history({
    userId: turn.userId,
    agentSession: turn.agentSession,
    limit: LOOK_BACK,
  });
  const ofSession = turns.filter(({ turnId }) => turnId !== turn.turnId);
  if (ofSession.some((other) => other.generation === turn.generation && hasBegun(other))) return null;
  const answered = ofSession.filter(
    ({ generation, response }) => generation === turn.generation - 1 && response !== '',
  );
  return inBounds(answered.slice(0, TURNS).map(inBrief)).toReversed().join('\n\n');
}

/** It brought the earlier turns, and the host may have it. */
function hasBegun({ earlier, deliveredAt, errorCode }: Turn): boolean {
  return earlier !== null && (deliveredAt !== null || errorCode !== 'mriver_unreachable');
}

function inBrief({ message, response, attachments }: Turn): string {
  const names = attachments.map(({ name }) => JSON.stringify(name)).join(', ');
  const files = names === '' ? '' : `\nFiles that came with it, and are not here: ${names}`;
  return cleanText(`Question: ${cut(message, QUESTION)}${files}\nAnswer: ${cut(response, ANSWER)}`);
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most).toWellFormed()} […]`;
}

/** The first of them, for as long as they fit. */
function inBounds(texts: readonly string[]): string[] {
  let size = 0;
  return texts.filter((text) => {
    size += text.length;
    return size <= ALL;
  });
}

// What one remembers of a conversation: enough for "and the others?", and little to read for the agent. In UTF-16 units.
const TURNS = 6;
const QUESTION = 600;
const ANSWER = 2000;
const ALL = 8 * 1024;
// Questions that got no answer may lie between.
const LOOK_BACK = 50;
