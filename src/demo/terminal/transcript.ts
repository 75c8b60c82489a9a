/**
 * The conversation, as rows for the terminal. Whole rows are returned to be printed once and to scroll away; the last
 * one, still growing, stays with the block at the bottom.
 */
import { columnsOf, drawable, width } from './width.ts';

export class Transcript {
  #rows: string[] = [];
  #omitted = 0;
  #row = '';
  #rowWidth = 0;
  /** A row is open, so the next text belongs to it. */
  #open = false;
  #gapDue = false;
  #columns: number;

  constructor(columns: number) {
    this.#columns = columns;
  }

  resize(columns: number): void {
    this.#columns = columns;
  }

  /** The row that is still growing. */
  get live(): string {
    return this.#row.trimEnd();
  }

  /** Text of the answer, continued where the last piece ended. */
  text(text: string): void {
    if (!this.#open) this.#begin(BULLET);
    for (const character of drawable(text)) {
      if (character === '\n') this.#newRow();
      else this.#add(character);
    }
  }

  /** A paragraph of its own, with `mark` before its first row. */
  note(mark: string, text: string): void {
    this.endText();
    this.#begin(`${mark} `);
    this.text(text);
    this.endText();
  }

  endText(): void {
    if (!this.#open) return;
    if (this.#row.trim() !== '') this.#newRow();
    this.#row = '';
    this.#open = false;
  }

  /** A blank row before the next output. */
  gap(): void {
    this.endText();
    this.#gapDue = true;
  }

  /** The rows that were completed since the last call; if there are very many, only the last ones. */
  takeRows(): string[] {
    const rows = this.#rows;
    const omitted = this.#omitted + rows.length - MAX_ROWS;
    this.#rows = [];
    this.#omitted = 0;
    return omitted > 0 ? [`${INDENT}… ${omitted} rows left out`, ...rows.slice(-MAX_ROWS)] : rows;
  }

  #begin(lead: string): void {
    if (this.#gapDue) this.#rows.push('');
    this.#gapDue = false;
    this.#open = true;
    this.#startRow(lead);
  }

  #startRow(lead: string): void {
    this.#row = lead;
    this.#rowWidth = width(lead);
  }

  #newRow(): void {
    this.#rows.push(this.#row.trimEnd());
    this.#startRow(INDENT);
    if (this.#rows.length < 2 * MAX_ROWS) return;
    this.#omitted += MAX_ROWS;
    this.#rows = this.#rows.slice(MAX_ROWS);
  }

  #add(character: string): void {
    const columns = columnsOf(character);
    if (this.#rowWidth + columns > this.#columns) this.#wrap();
    this.#row += character;
    this.#rowWidth += columns;
  }

  /** Breaks the row at its last space, or where it ends if a single word fills it. */
  #wrap(): void {
    const space = this.#row.lastIndexOf(' ');
    const rest = space > INDENT.length ? this.#row.slice(space + 1) : '';
    this.#row = this.#row.slice(0, this.#row.length - rest.length);
    this.#newRow();
    this.#row += rest;
    this.#rowWidth += width(rest);
  }
}

const BULLET = '● ';
const INDENT = '  ';

/** Several screenfuls; printing every row of a huge answer would block the terminal. */
const MAX_ROWS = 200;
