/** What an answer is made of: the question, and what an agent can do while it works on it. */
import type { AgentQuestion } from '../../contract/turn.ts';
import type { Dialog } from '../terminal/dialog.ts';

export type Language = 'en' | 'de';

/** A text in each language that the agent speaks. */
export type Wording = Record<Language, string>;

export interface Question {
  /** The prompt without its envelope, exactly as it arrived. */
  message: string;
  /** What the person wrote, without the page's context quoted below it. */
  asked: string;
  language: Language;
  /** Where in the application the person is. */
  page: string | null;
  /** In this conversation, counted from 1. */
  number: number;
  /** The questions before this one, oldest first. */
  earlier: readonly string[];
}

/** What the agent tells about its answer, at the end of it. */
export interface Trailer {
  tools?: string[];
  rows?: number;
  tag: string;
}

/** What is asked of a person: in the terminal the dialog alone, elsewhere with all that is known. */
export interface Request {
  dialog: Dialog;
  kind: 'permission' | 'question';
  /** A tool's own name, and what it would be given. */
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

/** Gives an answer, and the trailer that belongs at its end; null where it needs none. */
export type Answer = (turn: Turn) => Promise<Trailer | null>;

/** Something the agent does by itself once the answer is complete. */
export type Afterwards =
  | { kind: 'bracketed-paste'; on: boolean }
  | { kind: 'dialog'; dialog: Dialog }
  | { kind: 'background'; answer: Answer };

/**
 * A turn, as an answer sees it. Everything that takes time ends early with an error when the person
 * interrupts; answers let that pass.
 */
export interface Turn {
  readonly question: Question;
  /** In the person's language. */
  readonly word: (wording: Wording) => string;
  /** A few words at a time. */
  say(text: Wording | string): Promise<void>;
  /** A few words at a time, spread evenly over this long. */
  sayOver(text: string, ms: number): Promise<void>;
  /** As fast as it goes, in big pieces. */
  pour(text: string): Promise<void>;
  pourBytes(bytes: Uint8Array): Promise<void>;
  wait(ms: number): Promise<void>;
  /** Until a test lets it go on. */
  waitForRelease(name: string): Promise<void>;
  /** Pretends to use a tool. */
  runTool(title: Wording, ms: number): Promise<void>;
  /** Opens a dialog on the terminal; resolves with what a person chose there or elsewhere. */
  ask(request: Request): Promise<Decision>;
  /** Sends bytes to the terminal that it will obey. */
  scribble(bytes: Uint8Array): void;
  afterwards(deed: Afterwards): void;
  fail(code: 'agent_error' | 'agent_limit', detail: string): never;
  /** Ends the program. */
  crash(code: number): never;
  /** Never again reacts to anything. */
  freeze(): Promise<never>;
}
