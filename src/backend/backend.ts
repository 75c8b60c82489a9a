/** How the gateway reaches a host. Chosen once, at start. */
import type { PaliadinError } from '../contract/errors.ts';
import type { HostIdentity, HostOutcome, HostPrompt, HostSession, HostTurn, HostUpdate } from '../contract/host.ts';

export interface Backend {
  readonly kind: 'local' | 'remote' | 'disabled';
  /** Name of the host, for the audit row. */
  readonly host: string;
  /** The agent in the panes, as configured; null where there is none. */
  readonly agent: string | null;
  /** Why no question is taken, and what would change that; null where questions are taken. */
  refusal(): PaliadinError | null;
  /** Who answered last; null before the first contact. */
  identity(): HostIdentity | null;
  /**
   * Without a session, of the host as a whole.
   * @throws PaliadinError when a turn of this session could not be answered now.
   */
  health(session: string | null): Promise<void>;
  /**
   * Has a turn answered, and tells what happens to it. A host that is lost on the way is joined again:
   * this resolves once it is known how the turn ended, or that this can't be known.
   */
  run(prompt: HostPrompt, onUpdate: (update: HostUpdate) => void): Promise<HostOutcome>;
  turn(session: string, turnId: string, from: number): Promise<HostTurn>;
  cancel(session: string, turnId: string): Promise<void>;
  reset(session: string): Promise<void>;
  acknowledge(session: string, turnId: string): Promise<void>;
  attach(session: string): Promise<string[]>;
  sessions(): Promise<HostSession[]>;
  /** Calls back for each answer that came after its turn was given up. */
  onLate(listener: (late: { session: string; turnId: string }) => void): void;
  close(): Promise<void>;
}
