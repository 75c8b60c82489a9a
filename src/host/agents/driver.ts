/** What the host has to know about one kind of agent. The session does the rest, which is the same for all. */
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
  launch(session: AgentPlace): Launch;
  /** Whether the agent still has a conversation that was used before, and would resume it. */
  keeps(session: AgentPlace): boolean;
  /** Whether the output that an agent left on the screen says that it does not know the conversation to resume. */
  lost?(lines: string[]): boolean;
  /** Makes typed text inert where the agent's input box would recognise more than text in it. */
  readonly inputEscape?: InputEscape;
  /** The reason why no question can be submitted there, because of the owner's settings; null if it can. */
  hindrance?(home: AgentHome): string | null;
  /** Reads what the pane shows. */
  read(screen: Screen): Reading;
  /**
   * Whether the agent has finished everything that it does by itself. Only for agents whose `watch` can't report that a
   * turn has ended without an answer.
   */
  rests?(screen: Screen): boolean;
  /** What the envelope says besides the turn's id: where the agent leaves its answer. */
  envelope(turn: TurnPlace): Pick<Envelope, 'replyFile'>;
  /**
   * What the agent reports about one turn, from the beginning with each call: the evidence survives the daemon. Ends
   * after `stopped`, `failed` or `interrupted`, or when `signal` aborts.
   */
  watch(turn: TurnPlace, signal: AbortSignal): AsyncIterable<AgentSignal>;
  /** Whether reports of an agent that already runs would still be received. Without it, those of any agent would. */
  hears?(session: AgentPlace): boolean;
  /**
   * Whether an agent that already runs calls a port of this machine that is not ours any more: the process that has it
   * now would receive everything that the agent says, and its secret. Such an agent is ended at once. Without it, no
   * agent does.
   */
  callsElsewhere?(session: Pick<AgentPlace, 'session' | 'directory'>): boolean;
  /** Progress that only the screen shows; null for none. */
  progress?(screen: Screen, locale: string | null): ToolProgress | null;
  /** What an ended turn took; null if unknown. It is known a moment after the end. */
  cost?(turn: TurnPlace): Promise<TurnCost | null>;
  /** Tells the agent what a person decided. Only for agents that can be told by other means than keys. */
  decide?(what: AgentDecision): Promise<void>;
  /**
   * A turn is being stopped: refuses what its agent asks, or is about to ask. True if that alone stops it. With this,
   * `watch` soon reports when it has stopped.
   */
  refuse?(turn: TurnPlace): boolean;
  /** Removes what the agent left behind for a recorded turn. */
  forget(turn: TurnPlace): Promise<void>;
  /** Stops listening. Agents continue. */
  close?(): Promise<void>;
}

export interface AgentDecision {
  turn: TurnPlace;
  approval: ApprovalRequest;
  decision: Decision;
  pane: Pane;
}

/** Where a session's agent lives. */
export interface AgentPlace {
  session: string;
  /** A directory of this session's own, through which agent and driver communicate. */
  directory: string;
  /** The agent's own conversation: a UUID. */
  conversation: string;
  home: AgentHome;
}

export interface TurnPlace {
  turnId: string;
  /** The session's directory, as in `AgentPlace`. */
  directory: string;
  /** Unguessable and new for each turn, so that no earlier turn can answer in its name. */
  nonce: string;
  home: AgentHome;
}

export type AgentSignal =
  /** The agent has the prompt: the evidence of delivery. */
  | { type: 'received' }
  /** The next piece of the answer, as the agent wrote it. */
  | { type: 'text'; delta: string }
  /** The whole answer so far: some of the emitted text is void. */
  | { type: 'answer'; text: string }
  | { type: 'tool'; tool: ToolProgress }
  | { type: 'notice'; notice: TurnNotice }
  | { type: 'approval'; approval: ApprovalRequest }
  | { type: 'approval-closed'; id: string }
  /** `detail` says, for the owner, why the answer is incomplete. */
  | { type: 'stopped'; inputTokens: number | null; outputTokens: number | null; detail?: string }
  | { type: 'failed'; code: ErrorCode; detail: string }
  | { type: 'interrupted' };

export type Reading =
  /** Nothing recognised yet. */
  | { state: 'starting' }
  /** An input box; `empty` or with text in it; `busy` while the agent works. */
  | { state: 'ready' | 'busy'; box: 'empty' | 'full' }
  /** A dialog waits for a person: nothing may be typed. `harmless`: a menu that Escape closes without a change. */
  | { state: 'dialog'; text: string; harmless?: boolean };
