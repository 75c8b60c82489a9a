import { type TurnInFull, turnStages } from '../../contract/admin.ts';
import type { Turn } from '../../contract/records/turn.ts';

/** What a turn spent its time on: the stages that were reached. A clock that went back makes a stage of no length, never one that ends before it begins. */
export function stagesOf(
  turn: Pick<Turn, 'startedAt' | 'handedOverAt' | 'deliveredAt' | 'firstChunkAt' | 'finishedAt'>,
): TurnInFull['stages'] {
  const { startedAt, handedOverAt, deliveredAt, firstChunkAt, finishedAt } = turn;
  // A stage that was passed unseen took no time that is known: it begins where the next one does.
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
