/** What the agent was seen to use beside what its answer claims. */
import type { TurnInFull } from '../../../contract/admin/turn.ts';

export interface ToolClaim {
  name: string;
  /** Null: claimed, and not seen. */
  seen: { count: number; ms: number } | null;
  claimed: boolean;
}

/** Seen ones first, the longest at work before the others; then what is only claimed. */
export function toolClaims({ tools, usedTools }: Pick<TurnInFull, 'tools' | 'usedTools'>): ToolClaim[] {
  const claimed = new Set(usedTools);
  const seen = (tools ?? []).toSorted((a, b) => b.ms - a.ms || b.count - a.count);
  const names = new Set(seen.map(({ name }) => name));
  return [
    ...seen.map(({ name, count, ms }) => ({ name, seen: { count, ms }, claimed: claimed.has(name) })),
    ...[...claimed].filter((name) => !names.has(name)).map((name) => ({ name, seen: null, claimed: true })),
  ];
}
