/**
 * The input box: what has been typed and pasted and not submitted yet. The text is two stacks with the cursor between
 * them, so that no key costs more in a long text than in a short one.
 */
export interface PastedText {
  number: number;
  text: string;
}

/** A character, or a long paste, which is shown as one mark and stored exactly. */
export type Piece = string | PastedText;

export class Editor {
  #before: Piece[] = [];
  /** Last piece first. */
  #after: Piece[] = [];

  get empty(): boolean {
    return this.#before.length + this.#after.length === 0;
  }

  /** What would be submitted. */
  get text(): string {
    return this.#pieces()
      .map((piece) => (typeof piece === 'string' ? piece : piece.text))
      .join('');
  }

  /** At most `count` pieces on either side of the cursor: all that a screen can show. */
  around(count: number): { before: Piece[]; after: Piece[] } {
    return { before: this.#before.slice(-count), after: this.#after.slice(-count).reverse() };
  }

  type(text: string): void {
    for (const character of text) this.#before.push(character);
  }

  paste(text: string): void {
    if (isShort(text)) this.type(text);
    else this.#before.push({ number: this.#countPasted() + 1, text });
  }

  /** A backslash before the cursor becomes a newline; false if there is none. */
  continueLine(): boolean {
    if (this.#before.at(-1) !== '\\') return false;
    this.#before[this.#before.length - 1] = '\n';
    return true;
  }

  backspace(): void {
    this.#before.pop();
  }

  delete(): void {
    this.#after.pop();
  }

  left(): void {
    const piece = this.#before.pop();
    if (piece !== undefined) this.#after.push(piece);
  }

  right(): void {
    const piece = this.#after.pop();
    if (piece !== undefined) this.#before.push(piece);
  }

  /** To the start of the line. */
  home(): void {
    while (this.#before.length > 0 && this.#before.at(-1) !== '\n') this.left();
  }

  /** To the end of the line. */
  end(): void {
    while (this.#after.length > 0 && this.#after.at(-1) !== '\n') this.right();
  }

  /** Empties the box and returns what was in it. */
  take(): Piece[] {
    const pieces = this.#pieces();
    this.#before = [];
    this.#after = [];
    return pieces;
  }

  /** Restores what was taken, unless something else has been typed since. */
  giveBack(pieces: Piece[]): void {
    if (this.empty) this.#before = [...pieces];
  }

  #countPasted(): number {
    return this.#pieces().filter((piece) => typeof piece !== 'string').length;
  }

  #pieces(): Piece[] {
    return [...this.#before, ...this.#after.toReversed()];
  }
}

/** How a piece looks in the box. */
export function shown(piece: Piece): string {
  return typeof piece === 'string' ? piece : `[Pasted text #${piece.number} +${countNewlines(piece.text)} lines]`;
}

function isShort(text: string): boolean {
  return text.length <= MAX_SHOWN_CHARACTERS && countNewlines(text) < MAX_SHOWN_LINES;
}

function countNewlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** As many lines as a person can still check in the box. */
const MAX_SHOWN_LINES = 3;
const MAX_SHOWN_CHARACTERS = 400;
