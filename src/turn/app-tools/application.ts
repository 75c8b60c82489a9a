/** The application as the turns see it: its tools, in the name of one person, for as long as their turn runs. */
import type { AppTool, AppToolResult } from '../../contract/app-tools.ts';

export interface Application {
  /** Connects on first use. */
  open(turn: ApplicationTurn): ApplicationSession;
}

/** In whose name the application is asked. */
export interface ApplicationTurn {
  turnId: string;
  /** The application's own id of the person. */
  subject: string;
  /** False from the moment at which the turn is over or stopped: then there is no token any more. */
  isRunning(): boolean;
  /** Asks the person what the application wants to know. Null where they do not answer. */
  elicit(request: Elicitation): Promise<ElicitationAnswer>;
}

export interface Elicitation {
  message: string;
  /** JSON Schema of a flat object. */
  schema: unknown;
}

export type ElicitationAnswer =
  | { action: 'accept'; content: Record<string, unknown> }
  | { action: 'decline' }
  | { action: 'cancel' };

/** All of it throws `ApplicationFailure`. */
export interface ApplicationSession {
  /** Cleaned and bounded. `leftOut`: tools that can't be offered, because of their names, their size, or their number. */
  list(signal: AbortSignal): Promise<{ tools: AppTool[]; leftOut: number }>;
  call(name: string, args: Record<string, unknown>, signal: AbortSignal): Promise<AppToolResult>;
  close(): Promise<void>;
}

/** Why the application gave no result. The message is for the agent and for the record, and has no secret. */
export class ApplicationFailure extends Error {
  override name = 'ApplicationFailure';
  readonly outcome: 'timeout' | 'failed' | 'refused' | 'cancelled';

  constructor(outcome: ApplicationFailure['outcome'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.outcome = outcome;
  }
}
