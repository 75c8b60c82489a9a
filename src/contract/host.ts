/**
 * What a host does for a gateway. The daemon implements it, the ACP channel carries it, every backend
 * calls it: one interface from end to end.
 */
import type { TurnTools } from './app-tools.ts';
import type { Attachment } from './attachment.ts';
import type { ErrorCode } from './errors.ts';
import type { IsolationLevel } from './isolation.ts';
import type { ScreenView } from './screen.ts';
import type { StopSignal } from './stop-signal.ts';
import type { ApprovalRequest, Decision, Presence, ToolProgress, TurnNotice } from './turn.ts';
import type { TurnCost } from './turn-cost.ts';

/** Incremented when gateway and host could no longer understand each other. */
export const PROTOCOL_VERSION = 1;

/**
 * The version of a host that knows only the three verbs: it keeps no journal, and types a question as often as it is
 * called.
 */
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
  /** What was said before, in a conversation on another host: quoted below the message. */
  earlier?: string | undefined;
  /**
   * The fence of this run of the turn on the gateway's side. The host refuses a fence that is lower than an earlier one
   * of the same turn or, for a new turn, of any turn of its session: the caller has lost the turn to another run.
   */
  fence: number;
  /** Length of the answer that the caller already has (UTF-16 units); the host sends what follows. */
  from: number;
  /** The agent already had this prompt: a host that has no record of it must not type it again. */
  known: boolean;
  /**
   * A gateway before this one may have handed the prompt over: a host that keeps no record must not accept it again.
   */
  handedOver?: boolean | undefined;
  /** The files that came with the question. The host has each of them, whole, before it accepts the turn. */
  attachments?: readonly HostAttachment[] | undefined;
  /** Where their bytes are; stays with the gateway. */
  attachmentSource?: AttachmentSource | undefined;
  /** The trace that the turn belongs to (W3C), where tracing is on. */
  traceparent?: string | undefined;
  /** The application offers tools: the agent is to have them. */
  appTools?: boolean | undefined;
}

/** A file as the host knows it; its number in the question, from 1, is its place in the list. */
export type HostAttachment = Pick<Attachment, 'name' | 'type' | 'size' | 'sha256'>;

/** A stretch of a file on its way to the host. */
export interface AttachmentPiece extends Omit<HostAttachment, 'name'> {
  session: string;
  turnId: string;
  number: number;
  /** Where the stretch begins. */
  offset: number;
  /** None: asks only how much is there. */
  bytes: Uint8Array;
}

export interface AttachmentSource {
  /** Some bytes of file `index` from `offset` on, at most a message's worth. @throws PaliadinError where it is gone. */
  read(index: number, offset: number): Promise<Uint8Array>;
  /** The person has stopped the question. */
  stop: Pick<StopSignal, 'aborted'>;
}

/** What happens to a turn on the host, in order. `chunk` is the agent's raw text, trailer included. */
export type HostUpdate =
  | { type: 'running' }
  | { type: 'chunk'; offset: number; text: string }
  | { type: 'tool'; tool: ToolProgress }
  | { type: 'approval'; approval: ApprovalRequest }
  | { type: 'approval-closed'; id: string }
  | { type: 'notice'; notice: TurnNotice }
  /** Not sent by the host: the process that connects to it reports that it is away, or back. */
  | { type: 'presence'; presence: Presence };

/** How a turn ended on the host. */
export interface HostOutcome {
  state: 'done' | 'failed' | 'cancelled' | 'unknown';
  code: ErrorCode | null;
  /** For the owner: which dialog, which exit status. */
  detail: string | null;
  /** Length of the whole answer (UTF-16 units), by which the gateway knows that nothing is missing. */
  answerLength: number;
  /** The agent's own count, where it gave one. */
  inputTokens: number | null;
  outputTokens: number | null;
}

/**
 * `accepted → delivering → running → done | failed | cancelled | unknown`; `absent` where the host has no record of it.
 */
export type HostTurnState = 'absent' | 'accepted' | 'delivering' | 'running' | HostOutcome['state'];

export interface HostTurn {
  state: HostTurnState;
  code: ErrorCode | null;
  detail: string | null;
  /** The answer came after the turn had been given up. */
  late: boolean;
  answerLength: number;
  inputTokens: number | null;
  outputTokens: number | null;
  /** The answer from the requested offset, at most one message's worth. */
  answer: string;
}

/** The host and what it runs, as it reports when a channel opens. */
export interface HostIdentity {
  /** Version of Paliadin on the host. */
  version: string;
  /** 0 for an older shim, which has no protocol and needs a connection for each call. */
  protocol: number;
  agent: string;
  /** The version that the agent's program reported when the daemon started. */
  agentVersion?: string | undefined;
  driver: string;
  /** How its agents are isolated from each other. A host that does not say does not isolate them. */
  isolation?: IsolationLevel | undefined;
  /** Whether it takes files. */
  attachments?: boolean | undefined;
  /** Digest of the settings the daemon was started with. */
  settings: string;
}

/** What a host has left for further agents. */
export interface HostRoom {
  /** How many more terminals may live there. */
  panes: number;
  /** Bytes of memory that its programs can still get. */
  memory: number;
}

export interface HostSession {
  session: string;
  /** Whether its tmux server runs. */
  live: boolean;
  /** Id of the turn that is under way. */
  running: string | null;
}

export interface Host {
  readonly identity: HostIdentity;
  /**
   * Without a session, checks the host as a whole. Resolves with its room; null where an older host does not tell it.
   * @throws PaliadinError when a turn of this session could not be answered now, with the reason.
   */
  health(session: string | null): Promise<HostRoom | null>;
  /**
   * Accepts the turn and reports what happens until it ends. The same id with the same text joins the
   * turn that runs, or replays the one that ended; nothing is ever typed twice. `tools` are the application's, for as
   * long as the turn runs.
   *
   * @throws PaliadinError where it was refused before anything was typed.
   */
  prompt(prompt: HostPrompt, onUpdate: (update: HostUpdate) => void, tools?: TurnTools): Promise<HostOutcome>;
  /**
   * Takes a stretch of a file before its turn, and resolves with how many bytes of the file are there. Absent from a
   * host that takes no files.
   */
  putAttachment?(piece: AttachmentPiece): Promise<number>;
  /** What is known of a turn, with its answer from offset `from`. */
  turn(session: string, turnId: string, from: number): Promise<HostTurn>;
  /** Interrupts the turn if it is under way; its `prompt` then resolves. */
  cancel(session: string, turnId: string): Promise<void>;
  /**
   * Tells the agent what a person decided; `approval-closed` follows once the agent has it.
   * @throws PaliadinError `not_found` where this is no longer asked, `conflict` where only its terminal can answer, or
   *   another decision is being sent to the agent.
   */
  decide(session: string, turnId: string, approvalId: string, decision: Decision): Promise<void>;
  /** Ends tmux session and conversation. `forget` also deletes all that the host and the
   * session's agent have of it: journal, transcripts, files. */
  reset(session: string, options?: { forget: boolean }): Promise<void>;
  /**
   * The gateway has the outcome on record: the host may forget it after a while. Resolves with the cost of the turn,
   * which is known a moment after its end; null where the agent does not count, or the host has no record. `forget`: the
   * question was deleted, and its files are deleted at once.
   */
  acknowledge(session: string, turnId: string, options?: { forget: boolean }): Promise<TurnCost | null>;
  /** The command by which a person opens the session's terminal. */
  attach(session: string): Promise<string[]>;
  sessions(): Promise<HostSession[]>;
  /**
   * Ends the session's terminal and keeps its conversation. False where it stays, because a turn is under way or
   * somebody watches it.
   */
  hibernate(session: string): Promise<boolean>;
  /**
   * Reports what the session's terminal shows, at once and after each change, at the reader's pace. Resolves when
   * `signal` aborts.
   */
  watchScreen(session: string, show: (screen: ScreenView) => Promise<void>, signal: StopSignal): Promise<void>;
  /** Ends the daemon if nothing runs; false where it stays because something runs. */
  retire(): Promise<boolean>;
  /** Ends every agent's terminal and the daemon. Conversations are kept; running turns are stopped. */
  shutdown(): Promise<void>;
  /** Calls back for each answer that came after its turn was given up; returns a function that unsubscribes. */
  onLate(listener: (late: { session: string; turnId: string }) => void): () => void;
}
