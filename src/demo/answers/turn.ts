/** What an answer needs: the question, and what an agent can do while it works on it. */
import type { PromptFile } from '../../contract/envelope.ts';
import type { AgentQuestion } from '../../contract/turn.ts';
import type { Dialog } from '../terminal/dialog.ts';

export type Language = 'en' | 'de';

/** A text in each language of the agent. */
export type Wording = Record<Language, string>;

export interface Question {
  /** The prompt without its envelope, exactly as it arrived. */
  message: string;
  /** What the person wrote, without the page's context that is quoted below it. */
  asked: string;
  language: Language;
  /** What came with it, to be read from disk. */
  files: readonly PromptFile[];
  /** Where in the application the person is. */
  page: string | null;
  /** Its number in this conversation, counted from 1. */
  number: number;
  /** The questions before this one, oldest first. */
  earlier: readonly string[];
}

/** The agent's data about its answer, at the end of it. */
export interface Trailer {
  tools?: string[];
  rows?: number;
  tag: string;
}

/** A question to a person: in the terminal only the dialog, elsewhere with all known data. */
export interface Request {
  dialog: Dialog;
  kind: 'permission' | 'question';
  /** A tool's own name, and its input. */
  tool?: string;
  input?: Record<string, unknown>;
  detail?: string;
  diff?: string;
  questions?: AgentQuestion[];
}

export interface Decision {
  /** Id of one of the dialog's options. */
  option: string;
  message?: string | undefined;
  /** By question. */
  answers?: Record<string, string> | undefined;
}

/** Gives an answer, and returns the trailer for its end; null if it needs none. */
export type Answer = (turn: Turn) => Promise<Trailer | null>;

/** An action of the agent by itself once the answer is complete. */
export type Afterwards =
  | { kind: 'bracketed-paste'; on: boolean }
  | { kind: 'dialog'; dialog: Dialog }
  | { kind: 'background'; answer: Answer };

/**
 * A turn, as an answer sees it. Everything that takes time ends early with an error when the person interrupts; answers
 * do not catch that error.
 */
export interface Turn {
  readonly question: Question;
  /** In the person's language. */
  readonly word: (wording: Wording) => string;
  /** A few words at a time. */
  say(text: Wording | string): Promise<void>;
  /** A few words at a time, spread evenly over this long. */
  sayOver(text: string, ms: number): Promise<void>;
  /** As fast as possible, in big pieces. */
  pour(text: string): Promise<void>;
  pourBytes(bytes: Uint8Array): Promise<void>;
  wait(ms: number): Promise<void>;
  /** Waits until a test releases it. */
  waitForRelease(name: string): Promise<void>;
  /** Pretends to use a tool. */
  runTool(title: Wording, ms: number): Promise<void>;
  /** Uses something that takes time, and stops using it when the person interrupts. */
  use<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** The same with a tool, which is shown while it runs; a result that says it failed is none for the reader. */
  useTool<T extends { failed: boolean }>(title: Wording, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Opens a dialog on the terminal; resolves with what a person chose there or elsewhere. */
  ask(request: Request): Promise<Decision>;
  /** Sends bytes to the terminal that the terminal will interpret. */
  scribble(bytes: Uint8Array): void;
  afterwards(deed: Afterwards): void;
  fail(code: 'agent_error' | 'agent_limit', detail: string): never;
  /** Ends the program. */
  crash(code: number): never;
  /** Never reacts again to anything. */
  freeze(): Promise<never>;
}
