/**
 * The block at the bottom of the screen. A driver on the host reads it to learn whether the agent is ready, so its
 * layout is a contract: the input box between two rules, or a dialog, and the status line.
 */
import { choices, type Dialog, dialogRows } from './dialog.ts';
import { type Editor, type Piece, shown } from './editor.ts';
import { columnsOf, drawable, truncate, width } from './width.ts';

export interface Size {
  columns: number;
  rows: number;
}

export interface Frame {
  rows: string[];
  cursor: { row: number; column: number };
}

export interface Scene {
  /** The row of the answer that is still growing. */
  live: string;
  editor: Editor;
  dialog: Dialog | null;
  /** Whole seconds that the agent has been working; null while it is ready. */
  workingSeconds: number | null;
  /** Shown in place of the hint about help. */
  hint: string | null;
}

export function composeFrame(scene: Scene, size: Size): Frame {
  const above = scene.live === '' ? [''] : [scene.live, ''];
  const status = truncate(`  demo agent · ${statusOf(scene)}`, size.columns);
  if (scene.dialog !== null) {
    const rows = [...above, ...dialogRows(scene.dialog, size.columns), status];
    return { rows, cursor: { row: rows.length - 1, column: 0 } };
  }
  const rule = '─'.repeat(size.columns);
  const box = boxRows(scene.editor, size.columns, Math.max(1, size.rows - ROWS_BESIDE_BOX));
  return {
    rows: [...above, rule, ...box.rows, rule, status],
    cursor: { row: above.length + 1 + box.cursor.row, column: box.cursor.column },
  };
}

function statusOf({ dialog, workingSeconds, hint }: Scene): string {
  if (dialog !== null) return `dialog · ${choices(dialog)}`;
  if (workingSeconds !== null) return `working ${workingSeconds}s · esc to interrupt`;
  return `ready · ${hint ?? '/help for help'}`;
}

/** The rows of the input box; for a long text, those around the cursor. */
function boxRows(editor: Editor, columns: number, maxRows: number): Frame {
  const room = Math.max(1, columns - PROMPT.length - 1); // a column for the cursor behind the last character
  const { before, after } = editor.around(maxRows * room);
  const lines = [''];
  layOut(lines, before, room);
  const cursor = { row: lines.length - 1, column: PROMPT.length + widthOfLast(lines) };
  layOut(lines, after, room);
  const first = Math.max(0, Math.min(cursor.row - maxRows + 1, lines.length - maxRows));
  const rows = lines.slice(first, first + maxRows).map((line, index) => (index === 0 ? PROMPT : CONTINUATION) + line);
  return { rows, cursor: { row: cursor.row - first, column: cursor.column } };
}

function layOut(lines: string[], pieces: Piece[], room: number): void {
  let used = widthOfLast(lines);
  for (const piece of pieces) {
    for (const character of drawable(shown(piece))) {
      if (character === '\n' || used + columnsOf(character) > room) {
        lines.push('');
        used = 0;
      }
      if (character === '\n') continue;
      lines[lines.length - 1] += character;
      used += columnsOf(character);
    }
  }
}

function widthOfLast(lines: string[]): number {
  return width(lines.at(-1) ?? '');
}

const PROMPT = '❯ ';
const CONTINUATION = '  ';

/** Two rules, the status line, the growing row and the gap above, and one row of the conversation. */
const ROWS_BESIDE_BOX = 6;
