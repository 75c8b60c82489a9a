/** The unsent question, kept in the browser for each conversation of each user. */
import type { Memory } from '../storage.ts';
import type { Attempt } from './state.ts';

export interface Draft {
  text: string;
  /** A sending whose end is not known; its key must be used again. */
  attempt: Attempt | null;
}

export interface DraftKey {
  userId: string;
  sessionId: string;
}

export function loadDraft(memory: Memory, key: DraftKey): Draft {
  try {
    const stored = JSON.parse(memory.getItem(keyOf(key)) ?? memory.getItem(formerKey(key)) ?? 'null');
    if (typeof stored?.text === 'string') return { text: stored.text, attempt: stored.attempt ?? null };
  } catch {
    // Not ours, or of another version: begin with an empty box.
  }
  return { text: '', attempt: null };
}

export function saveDraft(memory: Memory, key: DraftKey, draft: Draft): void {
  memory.removeItem(formerKey(key));
  if (draft.text === '' && draft.attempt === null) memory.removeItem(keyOf(key));
  else memory.setItem(keyOf(key), JSON.stringify(draft));
}

export function dropDraft(memory: Memory, key: DraftKey): void {
  memory.removeItem(keyOf(key));
}

function keyOf({ userId, sessionId }: DraftKey): string {
  return `paliadin.draft.${userId}.${sessionId}`;
}

/** From before a user had several conversations. */
function formerKey({ userId }: DraftKey): string {
  return `paliadin.draft.${userId}`;
}
