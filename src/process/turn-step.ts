/**
 * Marks that a turn has reached a step. Without a listener it costs nothing: only tracing listens, where it is on. A step is
 * a name and a time, never a text of the turn.
 */
import { channel } from 'node:diagnostics_channel';

export interface TurnStep {
  turnId: string;
  step: string;
  /** UTC milliseconds, with fractions: steps are less than a millisecond apart. */
  at: number;
}

const steps = channel('paliadin:turn-step');

export function reached(turnId: string, step: string): void {
  if (steps.hasSubscribers) steps.publish({ turnId, step, at: performance.timeOrigin + performance.now() });
}

/** Returns a function that stops listening. */
export function onTurnStep(listener: (step: TurnStep) => void): () => void {
  const listen = (message: unknown) => listener(message as TurnStep);
  steps.subscribe(listen);
  return () => steps.unsubscribe(listen);
}
