/**
 * What the frame keeps for the next page of the same tab: whose conversation it shows, and which. The loader keeps no more than
 * that the panel was open, since it does not know who is signed in.
 */
import { addressOf, stateOf } from '../chat/conversations/address.ts';
import type { Memory } from '../storage.ts';

/**
 * Whether this person was here on the page before; then the same conversation is shown. What the tab kept of another person is
 * forgotten.
 */
export function comesBack(kept: Memory, userId: string, forget: () => void): boolean {
  const before = kept.getItem(PERSON);
  if (before !== null && before !== userId) forget();
  kept.setItem(PERSON, userId);
  const conversation = kept.getItem(CONVERSATION);
  if (before === userId && conversation !== null) history.replaceState(stateOf(userId), '', addressOf(conversation));
  return before === userId;
}

export function keepConversation(kept: Memory, sessionId: string): void {
  kept.setItem(CONVERSATION, sessionId);
}

const PERSON = 'paliadin.person';
const CONVERSATION = 'paliadin.conversation';
