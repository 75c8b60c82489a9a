/** How the gateway reaches a host. Chosen once, at start. */
import type { PaliadinError } from '../contract/errors.ts';
import type { Host, HostIdentity, HostOutcome, HostPrompt, HostUpdate } from '../contract/host.ts';
import type { Presence } from '../contract/turn.ts';

/** What a host does, wherever it is, passed on as it is. */
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

export interface Backend extends PassedOn {
  readonly kind: 'local' | 'remote' | 'disabled';
  /** Name of the host, for the audit row. */
  readonly host: string;
  /** The agent in the panes; null where there is none, or none has been met yet. */
  agent(): string | null;
  /** Why no question is taken, and what would change that; null where questions are taken. */
  refusal(): PaliadinError | null;
  /** Who answered last; null before the first contact. */
  identity(): HostIdentity | null;
  /**
   * Has a turn answered, and tells what happens to it. A host that is lost on the way is joined again:
   * this resolves once it is known how the turn ended, or that this can't be known. After `leave` aborts it is not
   * joined again.
   */
  run(prompt: HostPrompt, onUpdate: (update: HostUpdate) => void, leave?: AbortSignal): Promise<HostOutcome>;
  /** Whether the host can be reached, as far as that is known without asking. */
  presence(): Presence;
  /** Calls back for each answer that came after its turn was given up. */
  onLate(listener: (late: { session: string; turnId: string }) => void): void;
  /** Calls back when the host can be reached again: it may have answered what had been given up. */
  onBack(listener: () => void): void;
  close(): Promise<void>;
}
