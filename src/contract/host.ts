/**
 * What a host does for a gateway. The daemon implements it, the ACP channel carries it, every backend
 * reaches it: one interface from end to end.
 */
import type { ErrorCode } from './errors.ts';
import type { IsolationLevel } from './isolation.ts';
import type { ScreenView } from './screen.ts';
import type { ApprovalRequest, Decision, Presence, ToolProgress, TurnNotice } from './turn.ts';
import type { TurnCost } from './turn-cost.ts';

/** Grows when gateway and host could no longer understand each other. */
export const PROTOCOL_VERSION = 1;

/** In its place, for a host that knows only the three verbs: it keeps no journal, and takes a question as often as it is called. */
export const NO_JOURNAL = 0;

/** A question as it travels to the host. */
export interface HostPrompt {
  session: string;
  turnId: string;
  /** Sanitised. */
  message: string;
  pageOrigin?: string | undefined;
  context?: string | undefined;
  locale?: string | undefined;
  /**
   * Of the run of the turn on the gateway's side. A lower one than this turn was asked with is refused, or, for a new turn,
   * than any of its session: whoever asks has lost the turn to another.
   */
  fence: number;
  /** Length of the answer that the caller has already (UTF-16 units); what follows is told. */
  from: number;
  /** The agent had this prompt already: a host that has no record of it must not type it again. */
  known: boolean;
  /** A gateway before this one may have handed it over: a host that keeps no record must not take it again. */
  handedOver?: boolean | undefined;
  /** The trace to which the turn belongs (W3C), where somebody keeps traces. */
  traceparent?: string | undefined;
}

/** What happens to a turn on the host, in order. `chunk` is the agent's raw text, trailer included. */
export type HostUpdate =
  | { type: 'running' }
  | { type: 'chunk'; offset: number; text: string }
  | { type: 'tool'; tool: ToolProgress }
  | { type: 'approval'; approval: ApprovalRequest }
  | { type: 'approval-closed'; id: string }
  | { type: 'notice'; notice: TurnNotice }
  /** Not the host's own word: whoever reaches it sees that it is away, or back. */
  | { type: 'presence'; presence: Presence };

/** How a turn ended on the host. */
export interface HostOutcome {
  state: 'done' | 'failed' | 'cancelled' | 'unknown';
  code: ErrorCode | null;
  /** For the owner: which dialog, which exit status. */
  detail: string | null;
  /** Length of the whole answer (UTF-16 units), to know that nothing is missing. */
  answerLength: number;
  /** The agent's own count, where it gave one. */
  inputTokens: number | null;
  outputTokens: number | null;
}

/** `accepted → delivering → running → done | failed | cancelled | unknown`, or never heard of. */
export type HostTurnState = 'absent' | 'accepted' | 'delivering' | 'running' | HostOutcome['state'];

export interface HostTurn {
  state: HostTurnState;
  code: ErrorCode | null;
  detail: string | null;
  /** The answer of a turn that had been given up came after all. */
  late: boolean;
  answerLength: number;
  inputTokens: number | null;
  outputTokens: number | null;
  /** The answer from where it was asked for, at most one message's worth. */
  answer: string;
}

/** The host and what it runs, as it says when a channel opens. */
export interface HostIdentity {
  /** Version of Paliadin on the host. */
  version: string;
  /** 0 where there is none: an older shim, with a connection for each call. */
  protocol: number;
  agent: string;
  /** What the agent's program said of its version when the daemon started. */
  agentVersion?: string | undefined;
  driver: string;
  /** How its agents are kept apart. A host that says nothing of it does not. */
  isolation?: IsolationLevel | undefined;
  /** Digest of the settings the daemon was started with. */
  settings: string;
}

export interface HostSession {
  session: string;
  /** Whether its tmux server runs. */
  live: boolean;
  /** Id of the turn that is under way. */
  running: string | null;
}

/** An AbortSignal, as far as it is needed: neither Node’s nor the browser’s is known here. */
export interface StopSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface Host {
  readonly identity: HostIdentity;
  /**
   * Without a session, of the host as a whole.
   * @throws PaliadinError when a turn of this session could not be answered now, with the reason.
   */
  health(session: string | null): Promise<void>;
  /**
   * Accepts the turn and tells what happens until it ends. The same id with the same text joins the
   * turn that runs, or replays the one that ended; nothing is ever typed twice.
   *
   * @throws PaliadinError where it was refused before anything was typed.
   */
  prompt(prompt: HostPrompt, onUpdate: (update: HostUpdate) => void): Promise<HostOutcome>;
  /** What is known of a turn, with its answer from offset `from`. */
  turn(session: string, turnId: string, from: number): Promise<HostTurn>;
  /** Interrupts the turn if it is under way; its `prompt` then resolves. */
  cancel(session: string, turnId: string): Promise<void>;
  /**
   * Tells the agent what a person decided; `approval-closed` follows when it has heard.
   * @throws PaliadinError `not_found` where this is not asked any more, `conflict` where only its terminal can answer, or
   *   the agent is being told another decision.
   */
  decide(session: string, turnId: string, approvalId: string, decision: Decision): Promise<void>;
  /** Ends tmux session and conversation. `forget`: and deletes the files of the session's agent. */
  reset(session: string, options?: { forget: boolean }): Promise<void>;
  /**
   * The gateway has the outcome on record: the host may forget it after a while. Resolves with what the turn took,
   * which is known a moment after its end; null where the agent does not count, or the host has no record.
   */
  acknowledge(session: string, turnId: string): Promise<TurnCost | null>;
  /** The command by which a person looks at the session's terminal. */
  attach(session: string): Promise<string[]>;
  sessions(): Promise<HostSession[]>;
  /**
   * Ends the session's terminal and keeps its conversation. False where it stays, because a turn is under way or somebody
   * looks at it.
   */
  hibernate(session: string): Promise<boolean>;
  /**
   * Tells what the session's terminal shows, at once and whenever that changes, at the pace at which it is taken. Resolves
   * when `signal` aborts.
   */
  watchScreen(session: string, show: (screen: ScreenView) => Promise<void>, signal: StopSignal): Promise<void>;
  /** Ends the daemon if nothing runs; false where it stays because something does. */
  retire(): Promise<boolean>;
  /** Ends every agent's terminal and the daemon. Conversations are kept; what runs has stopped. */
  shutdown(): Promise<void>;
  /** Calls back for each answer that came after its turn was given up; returns how to stop that. */
  onLate(listener: (late: { session: string; turnId: string }) => void): () => void;
}
