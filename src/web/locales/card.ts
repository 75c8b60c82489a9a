/** The words of a card that says what an agent would do: in the chat, and on the dashboard. */
import type { Missing } from '../../contract/turn.ts';

export interface CardWords {
  tool: string;
  /** How many there are: more than are seen at once may be in a list that scrolls. */
  values(count: number): string;
  /** UTF-16 units, and lines where there are several. */
  length(characters: number, lines: number): string;
  empty: string;
  removed: string;
  added: string;
  warning: string;
  /** How much of one value is not shown. */
  cut(characters: number): string;
  /** Why nothing can be allowed, or answered. */
  missing(missing: Missing): string;
}

export const cardWords: Record<'en' | 'de', CardWords> = {
  en: {
    tool: 'Tool',
    values: (count) => (count === 1 ? '1 value' : `${english(count)} values`),
    length(characters, lines) {
      const length = characters === 1 ? '1 character' : `${english(characters)} characters`;
      return lines === 1 ? length : `${length}, ${english(lines)} lines`;
    },
    empty: 'empty text',
    removed: 'taken out',
    added: 'put in',
    warning: 'lifts a limit',
    cut: (characters) => `… and ${english(characters)} more characters, which are not shown`,
    missing({ characters, fields }) {
      const values = fields === 1 ? '1 value' : `${english(fields)} values`;
      const length = `${english(characters)} characters`;
      const both = fields === 0 ? length : characters === 0 ? values : `${length} (${values} not at all)`;
      return `This is too long to be shown whole: ${both} missing. So it can only be denied.`;
    },
  },
  de: {
    tool: 'Werkzeug',
    values: (count) => (count === 1 ? '1 Wert' : `${german(count)} Werte`),
    length(characters, lines) {
      const length = `${german(characters)} Zeichen`;
      return lines === 1 ? length : `${length}, ${german(lines)} Zeilen`;
    },
    empty: 'leerer Text',
    removed: 'fällt weg',
    added: 'kommt hinzu',
    warning: 'hebt eine Grenze auf',
    cut: (characters) => `… und ${german(characters)} weitere Zeichen, die nicht gezeigt werden`,
    missing({ characters, fields }) {
      const values = fields === 1 ? '1 Wert' : `${german(fields)} Werte`;
      const length = `${german(characters)} Zeichen`;
      const both = fields === 0 ? length : characters === 0 ? values : `${length} (${values} ganz)`;
      return `Zu lang, um ganz gezeigt zu werden: es fehlen ${both}. Darum lässt es sich nur ablehnen.`;
    },
  },
};

function english(count: number): string {
  return count.toLocaleString('en');
}

function german(count: number): string {
  return count.toLocaleString('de');
}
