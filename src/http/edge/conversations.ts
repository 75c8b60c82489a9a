/** The conversations of clients that name them by ids of their own making. */
import { createHash, randomUUID } from 'node:crypto';
import type { TurnView } from '../../contract/api.ts';
import { asPaliadinError } from '../../contract/errors.ts';
import { CHAT_ID_PATTERN } from '../../contract/names.ts';
import type { Turns } from '../../turn/turns.ts';

/** `sessionId` of a new one. The same `seed` of the same user gives the same, so that a repeated request is the same request. */
export function newConversation(userId: string, seed?: string): string {
  return seed === undefined ? randomUUID() : digest(JSON.stringify([userId, seed]));
}

/** `sessionId` for what a client calls a thread or a chat. */
export function conversationOf(threadId: string): string {
  // That one stands for the conversation that was used last.
  return CHAT_ID_PATTERN.test(threadId) && threadId !== 'default' ? threadId : digest(threadId);
}

/** The newest turns there, newest first; null where there is no such conversation yet. */
export async function newestTurns(
  turns: Pick<Turns, 'history'>,
  query: { userId: string; sessionId: string },
): Promise<TurnView[] | null> {
  try {
    return (await turns.history({ ...query, limit: NEWEST })).turns;
  } catch (error) {
    if (asPaliadinError(error, 'internal').code === 'not_found') return null;
    throw error;
  }
}

// Enough to find a run that broke off, and what is open.
const NEWEST = 5;

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
