import { describe, expect, test } from 'vitest';
import { Editor } from '../../src/demo/terminal/editor.ts';
import { composeFrame } from '../../src/demo/terminal/frame.ts';
import { width } from '../../src/demo/terminal/width.ts';

const SIZE = { columns: 20, rows: 12 };

describe('the input box', () => {
  test('is empty between two rules', () => {
    expect(frame(new Editor()).rows).toEqual(['', '─'.repeat(20), '❯ ', '─'.repeat(20), '  demo agent · ready']);
  });

  test('indents continuation lines', () => {
    const editor = new Editor();
    editor.type('one\ntwo is longer than a row');
    expect(box(editor)).toEqual(['❯ one', '  two is longer tha', '  n a row']);
  });

  test('counts columns, not characters', () => {
    const editor = new Editor();
    editor.type('漢字漢字漢字漢字漢e\u0301👍');
    expect(box(editor)).toEqual(['❯ 漢字漢字漢字漢字', '  漢e\u0301👍']);
    expect(Math.max(...frame(editor).rows.map(width))).toBeLessThanOrEqual(SIZE.columns);
  });

  test('shows no control characters', () => {
    const editor = new Editor();
    editor.paste('a\x1b[2Jb\tc\x9b');
    expect(box(editor)).toEqual(['❯ a[2Jb    c']);
    expect(editor.text).toBe('a\x1b[2Jb\tc\x9b');
  });

  test.each([
    ['of three lines', 'a\nb\nc', '❯ a'],
    ['of four lines', 'a\nb\nc\nd', '❯ [Pasted text #1 +3'],
    ['of 401 characters', 'x'.repeat(401), '❯ [Pasted text #1 +0'],
  ])('shows a paste %s', (_, pasted, first) => {
    const editor = new Editor();
    editor.paste(pasted);
    expect(composeFrame(scene(editor), { columns: 24, rows: 12 }).rows[2]?.slice(0, first.length)).toBe(first);
    expect(editor.text).toBe(pasted);
  });

  test('keeps two pastes apart, and what is typed around them', () => {
    const editor = new Editor();
    const [one, two] = ['1\n'.repeat(9), '2\n'.repeat(9)];
    editor.type('see ');
    editor.paste(one);
    editor.paste(two);
    editor.left();
    editor.type(' and ');
    expect(editor.text).toBe(`see ${one} and ${two}`);
    expect(composeFrame(scene(editor), { columns: 80, rows: 12 }).rows[2]).toBe(
      '❯ see [Pasted text #1 +9 lines] and [Pasted text #2 +9 lines]',
    );
  });

  test('moves, deletes and continues lines', () => {
    const editor = new Editor();
    editor.type('ab\\');
    expect(editor.continueLine()).toBe(true);
    expect(editor.continueLine()).toBe(false);
    editor.type('cde');
    editor.home();
    editor.right();
    editor.delete();
    editor.type('D');
    editor.end();
    editor.backspace();
    editor.left();
    expect(editor.text).toBe('ab\ncD');
    expect(frame(editor).cursor).toEqual({ row: 3, column: 3 });
  });

  test('gives back the taken text, but not over new text', () => {
    const editor = new Editor();
    editor.paste('1\n'.repeat(9));
    const taken = editor.take();
    expect(editor.empty).toBe(true);
    editor.giveBack(taken);
    expect(editor.text).toBe('1\n'.repeat(9));
    editor.take();
    editor.type('new');
    editor.giveBack(taken);
    expect(editor.text).toBe('new');
  });

  test('shows the rows around the cursor of a text taller than the screen', () => {
    const editor = new Editor();
    editor.type(Array.from({ length: 100 }, (_, line) => `line ${line}`).join('\n'));
    expect(box(editor)).toEqual(['❯ line 94', '  line 95', '  line 96', '  line 97', '  line 98', '  line 99']);
    expect(frame(editor).rows.length).toBeLessThan(SIZE.rows);
  });
});

describe('a dialog', () => {
  test('takes the place of the box', () => {
    const options = ['Yes', 'No', 'Later'].map((label) => ({ id: label, label }));
    const dialog = { heading: 'Question', question: 'Well?', options };
    expect(composeFrame({ ...scene(new Editor()), dialog, workingSeconds: 3 }, { columns: 60, rows: 12 }).rows).toEqual(
      [
        '',
        '╭─ Question ─╮',
        '│ Well?      │',
        '╰────────────╯',
        '  1. Yes',
        '  2. No',
        '  3. Later',
        '  demo agent · dialog · 1, 2 or 3',
      ],
    );
  });
});

function scene(editor: Editor) {
  return { live: '', editor, dialog: null, workingSeconds: null, hint: null };
}

function frame(editor: Editor) {
  return composeFrame(scene(editor), SIZE);
}

function box(editor: Editor): string[] {
  return frame(editor).rows.slice(2, -2);
}
