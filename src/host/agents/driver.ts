/** What the host has to know of one kind of agent. The session does the rest, the same for all. */
import type { Envelope } from '../../contract/envelope.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { ApprovalRequest, Decision, ToolProgress, TurnNotice } from '../../contract/turn.ts';
import type { TurnCost } from '../../contract/turn-cost.ts';
import type { AgentHome } from '../isolation/isolation.ts';
import type { Pane, Screen } from '../tmux/pane.ts';
import type { Launch } from '../tmux/setup.ts';
import type { InputEscape } from './input-escape.ts';

export interface Driver {
  readonly name: 'claude' | 'demo' | 'reply-file';
  /** The program to run in the pane. A conversation id that was used before is resumed. */
  launch(session: AgentPaths): Launch;
  /** Whether the agent still has a conversation that was used before, and would resume it. */
  keeps(session: AgentPaths): boolean;
  /** Whether what an agent left on the screen says that it does not know the conversation it was to resume. */
  lost?(lines: string[]): boolean;
  /** Where the agent's input box looks for more than text in what is typed: how that is prevented. */
  readonly inputEscape?: InputEscape;
  /** Why nothing can be asked there, as the owner has set things; null where it can. */
  hindrance?(home: AgentHome): string | null;
  /** Reads what the pane shows. */
  read(screen: Screen): Reading;
  /**
   * Whether the agent has done all it will do by itself. Only where `watch` can't tell that a turn has ended
   * without an answer.
   */
  rests?(screen: Screen): boolean;
  /** What the envelope says beside the turn's id: where the agent leaves its answer. */
  envelope(turn: TurnPaths): Pick<Envelope, 'replyFile'>;
  /**
   * What the agent tells of one turn, from the beginning, each time it is asked: the evidence survives
   * the daemon. Ends after `stopped`, `failed` or `interrupted`, or when `signal` aborts.
   */
  watch(turn: TurnPaths, signal: AbortSignal): AsyncIterable<AgentSignal>;
  /** Whether an agent that runs already would still be heard. Without it, any would. */
  canReceiveHooks?(session: AgentPaths): boolean;
  /**
   * Whether an agent that runs already calls a port of this machine that is not ours any more: whoever has it now would
   * hear all that the agent says, with its secret. It is ended at once. Without it, none does.
   */
  callsElsewhere?(session: Pick<AgentPaths, 'session' | 'directory'>): boolean;
  /** What only the screen tells of the work on a turn; null for nothing. */
  progress?(screen: Screen, locale: string | null): ToolProgress | null;
  /** What an ended turn took; null where it can't be told. It is known a moment after the end. */
  cost?(turn: TurnPaths): Promise<TurnCost | null>;
  /** Tells the agent what a person decided. Only where the agent can be told by other means than a person's keys. */
  decide?(what: AgentDecision): Promise<void>;
  /**
   * A turn is being stopped: what its agent asks, or is about to ask, is refused. True where that alone stops it. With
   * this, `watch` tells soon when it has stopped.
   */
  refuse?(turn: TurnPaths): boolean;
  /** Removes what the agent left behind for a turn that is on record. */
  forget(turn: TurnPaths): Promise<void>;
  /** Stops listening. Agents go on. */
  close?(): Promise<void>;
}

export interface AgentDecision {
  turn: TurnPaths;
  approval: ApprovalRequest;
  decision: Decision;
  pane: Pane;
}

/** Where a session's agent lives. */
export interface AgentPaths {
  session: string;
  /** A directory of this session's own, for what agent and driver say to each other. */
  directory: string;
  /** The agent's own conversation: a UUID. */
  conversation: string;
  home: AgentHome;
}

export interface TurnPaths {
  turnId: string;
  /** The session's directory, as in `AgentPaths`. */
  directory: string;
  /** Unguessable, new for each turn, so that no earlier turn can answer in its name. */
  nonce: string;
  home: AgentHome;
}

export type AgentSignal =
  /** The agent has the prompt: the evidence of delivery. */
  | { type: 'received' }
  /** The next piece of the answer, as the agent wrote it. */
  | { type: 'text'; delta: string }
  /** The whole answer by now: some of what was told of it is void. */
  | { type: 'answer'; text: string }
  | { type: 'tool'; tool: ToolProgress }
  | { type: 'notice'; notice: TurnNotice }
  | { type: 'approval'; approval: ApprovalRequest }
  | { type: 'approval-closed'; id: string }
  /** `detail` says, for the owner, why the answer is not whole. */
  | { type: 'stopped'; inputTokens: number | null; outputTokens: number | null; detail?: string }
  | { type: 'failed'; code: ErrorCode; detail: string }
  | { type: 'interrupted' };

export type Reading =
  /** Nothing to recognise yet. */
  | { state: 'starting' }
  /** An input box; `empty` or with text in it; `busy` while the agent works. */
  | { state: 'ready' | 'busy'; box: 'empty' | 'full' }
  /** Something waits for a person: nothing may be typed. `harmless`: a menu that Escape closes, and nothing is changed. */
  | { state: 'dialog'; text: string; harmless?: boolean };
