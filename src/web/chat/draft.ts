/** The unsent question, kept in the browser for each user. */
import type { Memory } from '../storage.ts';
import type { Attempt } from './state.ts';

export interface Draft {
  text: string;
  /** A sending whose end is not known; its key must be used again. */
  attempt: Attempt | null;
}

export function loadDraft(memory: Memory, userId: string): Draft {
  try {
    const stored = JSON.parse(memory.getItem(keyOf(userId)) ?? 'null');
    if (typeof stored?.text === 'string') return { text: stored.text, attempt: stored.attempt ?? null };
  } catch {
    // Not ours, or of another version: begin with an empty box.
  }
  return { text: '', attempt: null };
}

export function saveDraft(memory: Memory, userId: string, draft: Draft): void {
  if (draft.text === '' && draft.attempt === null) memory.removeItem(keyOf(userId));
  else memory.setItem(keyOf(userId), JSON.stringify(draft));
}

function keyOf(userId: string): string {
  return `paliadin.draft.${userId}`;
}
