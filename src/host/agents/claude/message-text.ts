/** Joins the pieces of a turn's messages: in order, each once, with a blank line between two messages. */
import { BETWEEN_BLOCKS } from './transcript.ts';

export interface Piece {
  /** Id of the message. */
  id: string;
  index: number;
  delta: string;
  final: boolean;
}

export class MessageText {
  /** Of the whole text so far. */
  length: number;
  #end: string;
  #id: string | null = null;
  #next = 0;
  #finalAt: number | null = null;
  readonly #early = new Map<number, Piece>();
  /** A piece is missing, and later text must not take its place. */
  #broken = false;

  /** `told` is what an earlier reader of the same turn has emitted already. */
  constructor(told = '') {
    this.length = told.length;
    this.#end = told.slice(-BETWEEN_BLOCKS.length);
  }

  /** False while a piece is pending or lost. */
  get whole(): boolean {
    return !this.#broken && this.#early.size === 0 && (this.#id === null || this.#finalAt !== null);
  }

  /** Whether a piece begins a new message. */
  begins({ id }: Pick<Piece, 'id'>): boolean {
    return this.#id !== null && id !== this.#id;
  }

  /** The beginning was missed: nothing that follows is emitted. */
  giveUp(): void {
    this.#broken = true;
  }

  /** The text that can be emitted now, and whether this piece shows that something is missing. */
  take(piece: Piece): { text: string; gap: boolean } {
    if (this.#broken) return { text: '', gap: false };
    if (piece.id !== this.#id) {
      // The agent itself gave up an earlier message that has no end, and asks the model again.
      if (this.#early.size > 0) return this.#break();
      this.#id = piece.id;
      this.#next = 0;
      this.#finalAt = null;
    }
    this.#early.set(piece.index, piece);
    let text = '';
    for (let next = this.#early.get(this.#next); next !== undefined; next = this.#early.get(this.#next)) {
      if (this.#next === 0 && next.delta !== '') text += this.#separator();
      text += next.delta;
      this.#early.delete(this.#next);
      if (next.final) this.#finalAt = this.#next;
      this.#next++;
      this.#end = (this.#end + text).slice(-BETWEEN_BLOCKS.length);
    }
    this.length += text.length;
    if (this.#early.size > MAX_EARLY) return { ...this.#break(), text };
    return { text, gap: false };
  }

  #break() {
    this.#broken = true;
    this.#early.clear();
    return { text: '', gap: true };
  }

  #separator(): string {
    if (this.length === 0 || this.#end === BETWEEN_BLOCKS) return '';
    return this.#end.endsWith('\n') ? '\n' : BETWEEN_BLOCKS;
  }
}

// Pieces arrive out of order by one or two; if more than these are early, the missing one is lost.
const MAX_EARLY = 8;
