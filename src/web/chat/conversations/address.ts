/** The page's address names the conversation: `?conversation=`, beside whatever else is there, on whatever path. */
import { SESSION_PATTERN } from '../../../contract/names.ts';

export function conversationInAddress(): string | null {
  const named = new URLSearchParams(location.search).get(NAME);
  return named !== null && SESSION_PATTERN.test(named) ? named : null;
}

export function addressOf(sessionId: string): string {
  const search = new URLSearchParams(location.search);
  search.set(NAME, sessionId);
  return `${location.pathname}?${search}`;
}

const NAME = 'conversation';
