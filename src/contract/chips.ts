/**
 * Chips: clickable things in an answer, written as Markdown links with two schemes of ours, so that
 * they degrade to links. `app:/cases/42` opens an entity of the application, `ask:Show%20more` asks the next question.
 */
export type Chip = { kind: 'app'; path: string } | { kind: 'ask'; question: string };

/** What a link's target means as a chip; null for an ordinary link. */
export function parseChip(href: string): Chip | null {
  if (href.startsWith('app:')) return { kind: 'app', path: href.slice('app:'.length) };
  if (href.startsWith('ask:')) return { kind: 'ask', question: decode(href.slice('ask:'.length)) };
  return null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray % in a question is only a percent sign
  }
}
