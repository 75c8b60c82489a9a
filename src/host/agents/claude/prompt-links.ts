/**
 * Which prompt a line of a transcript follows. A prompt's id alone does not say it: an agent that is asked in the
 * moment in which it ends gives the next prompt the id of the one before.
 */

export interface Link {
  /** The id of the line before; null where there is none. */
  parent: string | null;
  promptId: string | undefined;
  /** Where the line is the prompt of a turn. */
  turnId: string | undefined;
}

export interface Prompt {
  promptId: string | undefined;
  turnId: string | undefined;
}

/**
 * The prompt of any of the lines. Each is walked once, whatever an agent has written: in a circle as well, or in a chain
 * of a million.
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
