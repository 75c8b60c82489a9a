/**
 * Updates the terminal to the last frame, with as little output as possible. Rows of the transcript are printed above
 * the block and never changed again; nothing that has scrolled away is cleared.
 */
import type { Frame, Size } from './frame.ts';
import { width } from './width.ts';

export class Painter {
  readonly #write: (output: string | Uint8Array) => void;
  #drawn: Frame = NOTHING;
  #title = '';

  constructor(write: (output: string | Uint8Array) => void) {
    this.#write = write;
  }

  paint(said: string[], frame: Frame, title: string): void {
    let output = this.#setTitle(title);
    const same = said.length === 0 && frame.rows.length === this.#drawn.rows.length;
    output += same ? this.#redrawChanged(frame) : this.#redrawAll(said, frame);
    if (output !== '') this.#write(`${HIDE_CURSOR}${output}${SHOW_CURSOR}`);
    this.#drawn = frame;
  }

  /** Bracketed paste: the terminal marks what is pasted. */
  setBracketedPaste(on: boolean): void {
    this.#write(on ? '\x1b[?2004h' : '\x1b[?2004l');
  }

  /**
   * The terminal has another width. It has wrapped the rows that no longer fit, and moved the cursor with them, so the
   * block now starts further up.
   */
  resized(size: Size): void {
    const { rows, cursor } = this.#drawn;
    const folded = rows.slice(0, cursor.row).map((row) => Math.max(1, Math.ceil(width(row) / size.columns)));
    const above = folded.reduce((sum, count) => sum + count, Math.floor(cursor.column / size.columns));
    this.#write(`${up(above)}\r${CLEAR_BELOW}`);
    this.#drawn = NOTHING;
  }

  /** Lets `garbage` change the terminal, then makes it usable again. */
  scribble(garbage: Uint8Array): void {
    this.#write(`${up(this.#drawn.cursor.row)}\r${CLEAR_BELOW}`);
    this.#write(garbage);
    this.#write(RECOVER);
    this.#drawn = NOTHING;
    this.#title = '';
  }

  /** Leaves the cursor below the block, for the program that uses the terminal next. */
  leave(): void {
    this.#write(`${this.#moveTo(this.#drawn.rows.length - 1)}\r\n`);
    this.setBracketedPaste(false);
  }

  #setTitle(title: string): string {
    if (title === this.#title) return '';
    this.#title = title;
    return `\x1b]0;${title}\x07`;
  }

  #redrawAll(said: string[], frame: Frame): string {
    const clear = `${up(this.#drawn.cursor.row)}\r${CLEAR_BELOW}`;
    const last = frame.rows.length - 1;
    return clear + [...said, ...frame.rows].join('\r\n') + move(last, frame.cursor);
  }

  #redrawChanged(frame: Frame): string {
    let output = '';
    let row = this.#drawn.cursor.row;
    for (const [index, text] of frame.rows.entries()) {
      if (text === this.#drawn.rows[index]) continue;
      output += `${move(row, { row: index, column: 0 })}${CLEAR_ROW}${text}`;
      row = index;
    }
    const { cursor } = this.#drawn;
    const moved = output !== '' || cursor.row !== frame.cursor.row || cursor.column !== frame.cursor.column;
    return moved ? output + move(row, frame.cursor) : '';
  }

  #moveTo(row: number): string {
    return move(this.#drawn.cursor.row, { row, column: 0 });
  }
}

function move(fromRow: number, to: Frame['cursor']): string {
  const down = to.row - fromRow;
  const vertical = down > 0 ? `\x1b[${down}B` : up(-down);
  return `${vertical}\r${to.column > 0 ? `\x1b[${to.column}C` : ''}`;
}

function up(rows: number): string {
  return rows > 0 ? `\x1b[${rows}A` : '';
}

const NOTHING: Frame = { rows: [], cursor: { row: 0, column: 0 } };
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const CLEAR_ROW = '\x1b[2K';
const CLEAR_BELOW = '\x1b[J';

/** Ends an open string or sequence, then: plain letters and colours, no margins, the last row. */
const RECOVER = '\x18\x1b\\\x0f\x1b(B\x1b)B\x1b[m\x1b[r\x1b[?7h\x1b[?6l\x1b[4l\x1b[999;1H\r\n';
