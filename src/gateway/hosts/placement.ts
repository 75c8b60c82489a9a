/** Which host a new session goes to. */
import type { HostRoom } from '../../contract/host.ts';

export interface Candidate {
  name: string;
  preference: number | null;
  /** Whether it was well a moment ago. */
  well: boolean;
  /** Null where it did not tell. */
  room: HostRoom | null;
  /** How many sessions were placed there since it told. */
  placed: number;
}

/** The one with most room, by preference where they are equal. Null of none. */
export function withMostRoom<C extends Candidate>(candidates: readonly C[]): C | null {
  const [best = null] = candidates.toSorted(
    (one, other) =>
      Number(other.well) - Number(one.well) ||
      agentsIn(other) - agentsIn(one) ||
      rank(one) - rank(other) ||
      (one.name < other.name ? -1 : 1),
  );
  return best;
}

/** For how many more agents it has room; 0 where that is not known. Idle terminals can end, so 0 does not mean full. */
function agentsIn({ well, room, placed }: Candidate): number {
  if (!well || room === null) return 0;
  return Math.min(room.panes, Math.floor(room.memory / AGENT_BYTES)) - placed;
}

function rank({ preference }: Candidate): number {
  return preference ?? Number.MAX_SAFE_INTEGER;
}

// A Claude Code takes some hundred MB.
const AGENT_BYTES = 512 * 1024 ** 2;
