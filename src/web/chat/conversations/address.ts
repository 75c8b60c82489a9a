/** The page's address names the conversation: `?conversation=`, beside whatever else is there, on whatever path. */
import { SESSION_PATTERN } from '../../../contract/names.ts';

/** Null also where the address is that of somebody else, who was signed in in this tab before. */
export function conversationInAddress(userId: string): string | null {
  const named = new URLSearchParams(location.search).get(NAME);
  if (named === null || !SESSION_PATTERN.test(named)) return null;
  const state: unknown = history.state;
  const isOthers = state !== null && typeof state === 'object' && USER in state && state[USER] !== userId;
  return isOthers ? null : named;
}

export function addressOf(sessionId: string): string {
  const search = new URLSearchParams(location.search);
  search.set(NAME, sessionId);
  return `${location.pathname}?${search}`;
}

/** What goes with an address in the browser's history. */
export function stateOf(userId: string): object {
  return { [USER]: userId };
}

const NAME = 'conversation';
const USER = 'userId';
