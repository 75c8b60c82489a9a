/**
 * Finds the conversation that a transcript continues. Clients of stateless protocols send all that was said, each time; the
 * agent keeps its own history, so it gets only what is new.
 */
import { createHash } from 'node:crypto';
import type { Turns } from '../../turn/turns.ts';
import type { Said } from './hand-over.ts';
import { withoutWaits } from './waits.ts';

export interface ContinuedConversations {
  /** The conversation that ends with exactly these messages, the last of them the assistant's; null: there is none. */
  find(userId: string, said: readonly Said[]): Promise<string | null>;
  /** The conversation has gone on from these messages: from now on another transcript continues it. */
  goesOn(userId: string, said: readonly Said[]): void;
  /** The conversation ends with these messages now. */
  endsWith(userId: string, said: readonly Said[], sessionId: string): void;
}

export function createContinuedConversations(turns: Pick<Turns, 'history'>): ContinuedConversations {
  const known = new Map<string, string>();
  return {
    async find(userId, said) {
      return known.get(digestOf(userId, said)) ?? (await inHistory(turns, userId, said));
    },
    goesOn(userId, said) {
      known.delete(digestOf(userId, said));
    },
    endsWith(userId, said, sessionId) {
      const digest = digestOf(userId, said);
      known.delete(digest);
      known.set(digest, sessionId);
      if (known.size > MAX_KNOWN) known.delete(known.keys().next().value ?? '');
    },
  };
}

/** After a restart, or on another gateway: only what was both asked and answered there counts, from its first question. */
async function inHistory(turns: Pick<Turns, 'history'>, userId: string, said: readonly Said[]): Promise<string | null> {
  const pairs = pairsOf(said);
  if (pairs.length === 0 || pairs.length > MAX_PAIRS) return null;
  const { turns: newest } = await turns.history({ userId, limit: MAX_PAIRS + 1 });
  const bySession = Map.groupBy(newest, ({ sessionId }) => sessionId);
  for (const [sessionId, found] of bySession) {
    const oldestFirst = found.toReversed();
    if (oldestFirst.length !== pairs.length) continue;
    const same = oldestFirst.every(({ message, response }, at) => {
      const pair = pairs[at];
      return letters(message) === pair?.question && letters(response) === pair.answer;
    });
    if (same) return sessionId;
  }
  return null;
}

function pairsOf(said: readonly Said[]): { question: string; answer: string }[] {
  const merged = lettersOf(said);
  return merged.flatMap(({ role, text }, at) => {
    const before = merged[at - 1];
    return role === 'assistant' && before?.role === 'user' ? [{ question: before.text, answer: text }] : [];
  });
}

function digestOf(userId: string, said: readonly Said[]): string {
  const hash = createHash('sha256').update(userId);
  for (const { role, text } of lettersOf(said)) hash.update(JSON.stringify([role, text]));
  return hash.digest('base64');
}

/**
 * What identifies a transcript. Instructions do not count: some programs put the time of day into theirs. An answer with steps
 * in between comes back in several messages, which may have lost the spaces around them.
 */
function lettersOf(said: readonly Said[]): Said[] {
  const merged: Said[] = [];
  for (const { role, text } of said) {
    if (role === 'instructions') continue;
    const last = merged.at(-1);
    if (role === 'assistant' && last?.role === 'assistant') last.text += letters(withoutWaits(text));
    else merged.push({ role, text: letters(role === 'assistant' ? withoutWaits(text) : text) });
  }
  return merged;
}

function letters(text: string): string {
  return text.replace(/\s+/g, '');
}

// Some 150 bytes each.
const MAX_KNOWN = 20_000;
const MAX_PAIRS = 50;
