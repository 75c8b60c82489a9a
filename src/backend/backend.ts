/** How the gateway reaches a host. Chosen once, at startup. */
import type { TurnTools } from '../contract/app-tools.ts';
import type { PaliadinError } from '../contract/errors.ts';
import type { Host, HostIdentity, HostOutcome, HostPrompt, HostUpdate } from '../contract/host.ts';
import type { Presence } from '../contract/turn.ts';

/** The host's own calls, passed through unchanged. */
type PassedOn = Pick<
  Host,
  | 'health'
  | 'turn'
  | 'cancel'
  | 'decide'
  | 'reset'
  | 'acknowledge'
  | 'attach'
  | 'sessions'
  | 'hibernate'
  | 'watchScreen'
>;

export interface RunOptions {
  /** After this aborts it does not reconnect. */
  leave?: AbortSignal;
  /** The application's tools, which the agent may use while the turn runs. */
  tools?: TurnTools | undefined;
}

export interface Backend extends PassedOn {
  readonly kind: 'local' | 'remote' | 'disabled';
  /** Name of the host, for the audit row. */
  readonly host: string;
  /** The agent in the panes; null where there is none, or the host has not been reached yet. */
  agent(): string | null;
  /** Why no questions are accepted, and what would change that; null where they are. */
  refusal(): PaliadinError | null;
  /** The host that answered last; null before the first contact. */
  identity(): HostIdentity | null;
  /**
   * Has the host run a turn, and reports what happens to it. Reconnects when the host is lost on the way:
   * resolves once it is known how the turn ended, or that this can't be known.
   */
  run(prompt: HostPrompt, onUpdate: (update: HostUpdate) => void, options?: RunOptions): Promise<HostOutcome>;
  /** Whether the host can be reached, as far as that is known without a request. */
  presence(): Presence;
  /** Calls back for each answer that came after its turn was given up. */
  onLate(listener: (late: { session: string; turnId: string }) => void): void;
  /**
   * Calls back when the host can be reached again: it may have answered turns that had been given up. Returns a
   * function that unsubscribes.
   */
  onBack(listener: () => void): () => void;
  close(): Promise<void>;
}
