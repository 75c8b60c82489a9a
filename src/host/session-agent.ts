/** The session's agent, in a pane or as a child of the daemon: what running a turn needs of it. */
import type { PromptFile } from '../contract/envelope.ts';
import type { AgentPaths, TurnPaths } from './agents/paths.ts';
import type { Reading } from './agents/reading.ts';
import type { Pane, Screen } from './tmux/pane.ts';

/** An agent that runs. */
export interface LiveAgent {
  /** It is gone, and so is what could tell how it ended. */
  readonly lost: boolean;
  /** How its program ended; null while it runs. */
  ended(): Promise<string | null>;
  once(event: 'lost', listener: () => void): unknown;
  off(event: 'lost', listener: () => void): unknown;
  /** What its terminal shows. Absent for an agent without one. */
  screen?(): Promise<Screen>;
}

export interface ToldOfStop {
  /** Resolves when the agent has stopped. */
  over: Promise<unknown>;
  /** The agent has begun to work, so it will report its stop itself. */
  working: boolean;
  /** The agent was stopped by a refused approval, without a key. */
  refused: boolean;
}

/** The turn that a prompt belongs to. */
export interface SubmittedTurn extends TurnPaths {
  /** The language of the person who asked. */
  locale: string | undefined;
  /** What came with the question, for an agent that takes files beside the text. */
  files?: readonly PromptFile[];
}

export interface ReadyOptions {
  onBusy(): void;
  /** Resolves when the agent has read which tools the application has; where it has none, nobody waits for it. */
  toolsListed: Promise<void>;
  /** Whether an agent that is started would continue the conversation; asked only then, and while none runs. */
  resumes(): boolean;
}

/** Used once, by one of its two methods. */
export interface LoadedPrompt {
  /**
   * Hands it to the agent.
   * @throws PaliadinError `agent_not_ready` when it never reached the agent: then nothing was submitted.
   */
  submit(options: SubmitOptions): Promise<void>;
  /** Takes it back; nothing of it stays. Never rejects. */
  drop(): Promise<void>;
}

export interface SubmitOptions {
  /**
   * Resolves once the agent itself reports that it has the prompt, or that it is over: then its box is not looked at
   * any more.
   */
  heard: Promise<unknown>;
  onStep?(step: TypingStep): void;
}

/** What an agent in a pane goes through; one without a pane has none of them. */
export type TypingStep = 'pasted' | 'the box has it' | 'Enter pressed' | 'taken';

export interface SessionAgent {
  /** The agent that already runs; null if there is none. Starts nothing. */
  find(): Promise<LiveAgent | null>;
  /** Its terminal; null if none runs, or if it has none. */
  terminal(): Promise<Pane | null>;
  /** What the agent shows; null if none runs, or if it ends during the look. */
  look(): Promise<Reading | null>;
  /** Whether a person is attached to the pane. */
  watched(): Promise<boolean>;
  /**
   * Starts the agent if it does not run, and waits until it accepts a prompt. If the agent works on something that was
   * not asked here, it waits for that and calls `onBusy`.
   * @throws PaliadinError `agent_not_ready` with the reason, `agent_stopped`, `ConversationLost`.
   */
  ready(paths: AgentPaths, signal: AbortSignal, options: ReadyOptions): Promise<LiveAgent>;
  /**
   * Prepares the prompt for the agent that is ready, which gets nothing of it yet.
   * @throws PaliadinError `agent_stopped`
   */
  load(text: string, turn: SubmittedTurn): Promise<LoadedPrompt>;
  /**
   * Stops what the agent does and waits until it accepts a prompt again; ends an agent that does not react. `told` is
   * what the agent itself reports: its screen may be older than the key.
   */
  interrupt(told?: ToldOfStop): Promise<void>;
  /** Ends the agent. */
  end(): Promise<void>;
  /** The command with which its owner attaches to the terminal; null if it has none. */
  attachCommand(): string[] | null;
}
