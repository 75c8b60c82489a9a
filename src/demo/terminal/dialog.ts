/** A question that the terminal asks instead of showing the input box. */
import { truncate, width } from './width.ts';

export interface Dialog {
  heading: string;
  question: string;
  /** Chosen by number; at most nine. */
  options: readonly { id: string; label: string }[];
}

/** The option that a typed character chooses. With two options, y and n choose too. */
export function chosenBy(dialog: Dialog, character: string): string | undefined {
  const yesOrNo = dialog.options.length === 2 ? 'yn'.indexOf(character.toLowerCase()) : -1;
  const index = yesOrNo >= 0 ? yesOrNo : '123456789'.indexOf(character);
  return dialog.options[index]?.id;
}

/** `1 or 2`, `1, 2 or 3` */
export function choices(dialog: Dialog): string {
  const numbers = dialog.options.map((_, index) => index + 1);
  return `${numbers.slice(0, -1).join(', ')} or ${numbers.at(-1)}`;
}

export function dialogRows(dialog: Dialog, columns: number): string[] {
  const heading = `─ ${dialog.heading} `;
  const question = truncate(dialog.question.replaceAll('\n', ' '), columns - FRAME_COLUMNS);
  const inner = Math.max(width(question) + 2, width(heading) + 1);
  return [
    `╭${heading.padEnd(inner, '─')}╮`,
    `│ ${question}${' '.repeat(inner - width(question) - 1)}│`,
    `╰${'─'.repeat(inner)}╯`,
    ...dialog.options.map((option, index) => truncate(`  ${index + 1}. ${option.label}`, columns)),
  ];
}

const FRAME_COLUMNS = 4;
