/**
 * Escapes untrusted text where a terminal may show it: characters that a terminal obeys, that reorder text, or that are
 * invisible are written as escapes. For text on which a person decides on the page, see `visible.ts`.
 */

/** Makes one line of any text: `\x1b`, `\u202e`, `\u{e0041}`. */
export function escapeForTerminal(text: string): string {
  return text.toWellFormed().replace(ACTING, (character) => {
    const code = (character.codePointAt(0) as number).toString(16);
    if (code.length > 4) return `\\u{${code}}`;
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
}

/**
 * The same JSON without active characters. Those inside its strings are written as JSON's own escapes; the line ends
 * between its members are kept.
 */
export function escapeJson(json: string): string {
  return json.replace(ACTING, (characters) => (characters === '\n' ? characters : escapeUnits(characters)));
}

/**
 * For a file that a person keeps, as `\u001b`. Lines, tabs and the characters that scripts need stay: `cat` shows
 * what is in the file, and other programs read plain text.
 */
export function escapeInFile(text: string): string {
  return text.replace(OBEYED, escapeUnits);
}

function escapeUnits(characters: string): string {
  const units = Array.from({ length: characters.length }, (_, at) => characters.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/**
 * Control characters (Cc: C0, DEL, C1), characters that are invisible or reorder text (Cf: bidirectional marks, zero
 * widths, tags), line and paragraph separators (Zl, Zp), private-use characters (Co); and letters that are drawn as
 * nothing.
 */
const ACTING = /\u034f|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/gu;

// All control characters but tab and newline; characters that reorder text; characters that only some programs take as
// a line end.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
