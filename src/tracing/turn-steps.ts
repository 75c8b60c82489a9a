/** Collects the steps of the turns that are under way, for their spans. */
import { onTurnStep } from '../process/turn-step.ts';
import type { FinishedSpan } from './traces.ts';

export interface TurnSteps {
  /** Steps of the turn so far, each with the time at which it was first reached; they are forgotten. */
  take(turnId: string): NonNullable<FinishedSpan['events']>;
  close(): void;
}

export function collectTurnSteps(): TurnSteps {
  const turns = new Map<string, Map<string, number>>();
  const stop = onTurnStep(({ turnId, step, at }) => {
    const steps = turns.get(turnId) ?? new Map<string, number>();
    if (!steps.has(step)) steps.set(step, at);
    turns.set(turnId, steps);
    if (turns.size > MOST_TURNS) turns.delete(turns.keys().next().value as string);
  });
  return {
    take(turnId) {
      const steps = turns.get(turnId) ?? [];
      turns.delete(turnId);
      return [...steps].map(([name, at]) => ({ name, at }));
    },
    close: stop,
  };
}

// More than run at once. A step that is reached after the span has ended is kept until then.
const MOST_TURNS = 1_000;
