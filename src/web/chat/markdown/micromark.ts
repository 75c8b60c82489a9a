/** As much of micromark's own types as our extensions of it need. */
export type Code = number | null;
export type State = (code: Code) => State | undefined;

export interface Token {
  type: string;
  _balanced?: boolean;
  _noLabelBefore?: boolean;
  _open?: boolean;
  _close?: boolean;
}

export interface Effects {
  enter(type: string): Token;
  exit(type: string): Token;
  consume(code: Code): void;
  /** Whether the construct fits here. Nothing is consumed. */
  check(construct: Construct, yes: State, no: State): State;
}

export interface Context {
  previous: Code;
  events: [kind: string, token: Token, context: Context][];
  parser: { constructs: { insideSpan: { null: Construct[] } } };
}

export interface Construct {
  name?: string;
  partial?: boolean;
  tokenize(this: Context, effects: Effects, ok: State, nok: State): State;
  resolveAll?(events: Context['events'], context: Context): Context['events'];
}

/** By the code of the sign that it begins with. */
export type Constructs = Record<number, Construct | Construct[]>;
