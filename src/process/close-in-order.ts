/** The end of a process, step by step: whatever holds one up, the next begins, and all is over before it is killed. */
import pTimeout from 'p-timeout';

export interface ClosingStep {
  what: string;
  /** How long it may take, in milliseconds. */
  ms: number;
  close(): unknown;
}

/** Never rejects: `onError` is told of a step that fails or is not done in time. */
export async function closeInOrder(
  steps: readonly ClosingStep[],
  onError: (what: string, error: unknown) => void,
): Promise<void> {
  for (const step of steps) await closeInTime(step, onError);
}

/** Never rejects, as above. */
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

/** Together less than `STOP_MS`: who is told to stop ends well, and is not killed. */
export const GATEWAY_CLOSES_MS = {
  // Requests under way have three seconds; see `http/closing.ts`.
  server: 3_400,
  // What is under way is left to the next gateway.
  turns: 1_500,
  head: 400,
  store: 400,
  // Closed with what is under way, where the start came that far.
  backend: 200,
  // What waits to be sent is sent to a collector that takes it at once; see `observe/traces.ts`.
  traces: 1_600,
};

export const DAEMON_CLOSES_MS = {
  // What was said last still goes out to whoever reads it.
  channels: 2_000,
  driver: 1_000,
  relay: 1_000,
  traces: 1_600,
};

/** Whatever holds it up, all is on record. Less than the ten seconds after which service managers kill. */
export const STOP_MS = 8_000;
