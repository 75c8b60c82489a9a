/**
 * Finds the prompt that a line of a transcript belongs to. A prompt's id alone is not enough: if an agent gets a prompt
 * at the moment in which it ends, it gives the new prompt the id of the one before.
 */

export interface Link {
  /** The id of the line before; null if there is none. */
  parent: string | null;
  promptId: string | undefined;
  /** Set if the line is the prompt of a turn. */
  turnId: string | undefined;
}

export interface Prompt {
  promptId: string | undefined;
  turnId: string | undefined;
}

/**
 * The prompt of each line. Each line is walked once, whatever an agent has written, including a cycle or a chain of a
 * million lines.
 */
export function promptsOf(links: ReadonlyMap<string, Link>): (link: Link) => Prompt {
  const known = new Map<Link, Prompt>();
  return (link) => {
    const path = new Set<Link>();
    let next: Link | undefined = link;
    while (next !== undefined && !known.has(next) && !path.has(next)) {
      path.add(next);
      next = links.get(next.parent ?? '');
    }
    let prompt = (next && known.get(next)) ?? NONE;
    for (const one of [...path].reverse()) {
      const isAnother = one.promptId !== undefined && one.promptId !== prompt.promptId;
      if (one.turnId !== undefined || isAnother) prompt = one;
      known.set(one, prompt);
    }
    return prompt;
  };
}

const NONE: Prompt = { promptId: undefined, turnId: undefined };
