/** What the host has to know about one kind of agent. The session does the rest, which is the same for all. */

import type { LimitFunction } from 'p-limit';
import type { Envelope } from '../../contract/envelope.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { ApprovalRequest, Decision, ToolProgress, TurnNotice } from '../../contract/turn.ts';
import type { TurnCost } from '../../contract/turn-cost.ts';
import type { AgentHome, Isolation } from '../isolation/isolation.ts';
import type { SessionAgent } from '../session-agent.ts';
import type { Pane, Screen } from '../tmux/pane.ts';
import type { Launch } from '../tmux/setup.ts';
import type { InputEscape } from './input-escape.ts';
import type { AgentPaths, TurnPaths } from './paths.ts';
import type { Reading } from './reading.ts';

export interface Driver {
  readonly name: 'claude' | 'demo' | 'reply-file' | 'acp';
  /** The program to run in the pane. A conversation id that was used before is resumed. */
  launch(session: AgentPaths): Launch;
  /** Whether the agent still has a conversation that was used before, and would resume it. */
  keeps(session: AgentPaths): boolean;
  /** Whether what an agent left on the screen says that it does not know the conversation it was to resume. */
  lost?(lines: string[]): boolean;
  /** Makes typed text inert where the agent's input box would recognise more than text in it. */
  readonly inputEscape?: InputEscape;
  /** The reason why no question can be submitted there, because of the owner's settings; null if it can. */
  hindrance?(home: AgentHome): string | null;
  /** The agent connects to MCP servers as it starts, beside drawing its input box. */
  readonly listsToolsAtStart?: true;
  /** The agent of a session, where it is not a program in a pane. */
  open?(options: OpenAgentOptions): SessionAgent;
  /** The agent gets files as they are, beside its prompt, whose text does not name them. */
  readonly takesFiles?: true;
  /** Reads what the pane shows. */
  read(screen: Screen): Reading;
  /**
   * Whether the agent has finished everything that it does by itself. Only for agents whose `watch` can't report that a
   * turn has ended without an answer.
   */
  rests?(screen: Screen): boolean;
  /** What the envelope says beside the turn's id: where the agent leaves its answer. */
  envelope(turn: TurnPaths): Pick<Envelope, 'replyFile'>;
  /**
   * What the agent reports about one turn, from the beginning with each call: the evidence survives the daemon. Ends
   * after `stopped`, `failed` or `interrupted`, or when `signal` aborts.
   */
  watch(turn: TurnPaths, signal: AbortSignal): AsyncIterable<AgentSignal>;
  /** Whether an agent that runs already would still be heard. Without it, any would. */
  canReceiveHooks?(session: AgentPaths): boolean;
  /**
   * Whether an agent that already runs calls a port of this machine that is not ours any more: the process that has it
   * now would receive everything that the agent says, and its secret. Such an agent is ended at once. Without it, no
   * agent does.
   */
  callsElsewhere?(session: Pick<AgentPaths, 'session' | 'directory'>): boolean;
  /** What only the screen tells of the work on a turn; null for nothing. */
  progress?(screen: Screen, locale: string | null): ToolProgress | null;
  /** What an ended turn took; null where it can't be told. It is known a moment after the end. */
  cost?(turn: TurnPaths): Promise<TurnCost | null>;
  /** Tells the agent what a person decided. Only where the agent can be told by other means than a person's keys. */
  decide?(what: AgentDecision): Promise<void>;
  /**
   * A turn is being stopped: refuses what its agent asks, or is about to ask. True if that alone stops it. With this,
   * `watch` soon reports when it has stopped.
   */
  refuse?(turn: TurnPaths): boolean;
  /** Removes what the agent left behind for a turn that is on record. */
  forget(turn: TurnPaths): Promise<void>;
  /** Deletes the agent's own record of a conversation, where that is not in the session's directory or home. */
  forgetConversation?(session: AgentPaths): void;
  /** Stops listening. Agents go on. */
  close?(): Promise<void>;
}

export interface AgentDecision {
  turn: TurnPaths;
  approval: ApprovalRequest;
  decision: Decision;
  /** Null for an agent without a terminal. */
  pane: Pane | null;
}

/** What the host gives to an agent that it does not run in a pane. */
export interface OpenAgentOptions {
  session: string;
  /** The session's directory, as in `AgentPaths`. */
  directory: string;
  isolation: Isolation;
  /** The whole environment of the agents. */
  setup: { env: Record<string, string> };
  /** Limits how many agents start at the same time, over all sessions. */
  starts: LimitFunction;
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
