import { type TurnInFull, turnStages } from '../../contract/admin/turn.ts';
import type { Turn } from '../../contract/records/turn.ts';

/**
 * The stages that a turn reached, with their times. If the clock was set back, a stage has no length; it never ends
 * before it begins.
 */
export function stagesOf(
  turn: Pick<Turn, 'startedAt' | 'handedOverAt' | 'deliveredAt' | 'firstChunkAt' | 'finishedAt'>,
): TurnInFull['stages'] {
  const { startedAt, handedOverAt, deliveredAt, firstChunkAt, finishedAt } = turn;
  // A stage without a time of its own has no known length: it begins where the next one does.
  const begun = [startedAt, handedOverAt ?? deliveredAt ?? firstChunkAt, deliveredAt ?? firstChunkAt, firstChunkAt];
  const reached = begun.filter((at) => at !== null);
  let last = startedAt;
  const starts = reached.map((at) => {
    last = Math.max(last, at);
    return last;
  });
  return starts.map((from, index) => ({
    stage: turnStages[index] as (typeof turnStages)[number],
    from,
    to: starts[index + 1] ?? (finishedAt === null ? null : Math.max(from, finishedAt)),
  }));
}
