/** The conversation that a question of another protocol belongs to: `sessionId` of our own API. */
import { createHash, randomUUID } from 'node:crypto';
import { CHAT_ID_PATTERN } from '../../contract/names.ts';

/** A new one. The same `seed` of the same user gives the same one, so that a repeated request is the same request. */
export function newConversation(userId: string, seed?: string): string {
  if (seed === undefined) return randomUUID();
  return createHash('sha256')
    .update(JSON.stringify([userId, seed]))
    .digest('hex')
    .slice(0, 32);
}

/** The one that a client names by an id of its own making. */
export function conversationOf(threadId: string): string {
  if (CHAT_ID_PATTERN.test(threadId)) return threadId;
  return createHash('sha256').update(threadId).digest('hex').slice(0, 32);
}
