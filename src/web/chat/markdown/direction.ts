/**
 * Hebrew and Arabic run from right to left. Each outermost block of an answer goes by its own first letter: a whole list or
 * table, so that its marks and columns stand where they are looked for. What is in it follows.
 */
export function rehypeDirection() {
  return ({ children }: { children: Node[] }) => {
    for (const node of children) if (node.properties !== undefined) node.properties.dir = 'auto';
  };
}

/** As much of an element as is needed here. */
interface Node {
  properties?: Record<string, unknown>;
}
