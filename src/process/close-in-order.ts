/**
 * Ends a process step by step: if one step is slow, the next begins, and everything ends before the process is killed.
 */
import pTimeout from 'p-timeout';

export interface ClosingStep {
  what: string;
  /** How long it may take, in milliseconds. */
  ms: number;
  close(): unknown;
}

/** Never rejects: `onError` is called for a step that fails or is not done in time. */
export async function closeInOrder(
  steps: readonly ClosingStep[],
  onError: (what: string, error: unknown) => void,
): Promise<void> {
  for (const step of steps) await closeInTime(step, onError);
}

/** Never rejects, as `closeInOrder`. */
export async function closeInTime(
  { what, ms, close }: ClosingStep,
  onError: (what: string, error: unknown) => void,
): Promise<void> {
  try {
    await pTimeout((async () => await close())(), { milliseconds: ms, message: `it takes longer than ${ms} ms` });
  } catch (error) {
    onError(`${what} could not be closed`, error);
  }
}

/** Together less than `STOP_MS`: a process that is told to stop ends by itself, and is not killed. */
export const GATEWAY_CLOSES_MS = {
  // Open requests have three seconds; see `http/closing.ts`.
  server: 3_400,
  // Turns in progress are left to the next gateway.
  turns: 1_500,
  // Attempts under way are broken off.
  webhooks: 200,
  head: 400,
  store: 400,
  link: 200,
  // Closed together with its open work, if the start got that far.
  backend: 200,
  // Remaining spans are sent if the collector accepts them at once; see `tracing/traces.ts`.
  traces: 1_600,
};

export const DAEMON_CLOSES_MS = {
  // Pending output is still sent to clients that read it.
  channels: 2_000,
  driver: 1_000,
  relay: 1_000,
  traces: 1_600,
};

/**
 * After this time the process ends even if a step is stuck: everything is on record. Less than the ten seconds after
 * which service managers kill.
 */
export const STOP_MS = 8_000;
