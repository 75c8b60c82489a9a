/**
 * The only way to a person's terminal. Names, comments, what hosts say and what errors quote are other people's and other
 * machines' words: what a terminal would obey, what turns text around and what nobody sees is made visible.
 */

import { pipeline } from 'node:stream/promises';

type Output = Pick<NodeJS.WritableStream, 'write'>;

/** Each text is one line, whatever is in it. To standard output: what the command is for. */
export function print(lines: string | readonly string[]): void {
  printTo(process.stdout, lines);
}

/** To standard error: what is beside it. */
export function note(lines: string | readonly string[]): void {
  printTo(process.stderr, lines);
}

export function printTo(output: Output, lines: string | readonly string[]): void {
  const all = [lines].flat();
  if (all.length > 0) output.write(`${all.map(visible).join('\n')}\n`);
}

/** As JSON, which says the same once it is read. */
export function printJson(value: unknown): void {
  process.stdout.write(`${escapeJson(JSON.stringify(value, null, 2))}\n`);
}

/** The same of a document that is made piece by piece. A piece never ends within a string. */
export async function printJsonPieces(pieces: AsyncIterable<string>): Promise<void> {
  const escaped = async function* () {
    for await (const piece of pieces) yield escapeJson(piece);
  };
  await pipeline(escaped, process.stdout, { end: false });
}

/**
 * The same JSON without a character that acts. Those of its strings are written as JSON's own escapes; the line ends
 * between its members are kept.
 */
export function escapeJson(json: string): string {
  return json.replace(ACTING, (characters) => {
    if (characters === '\n') return characters;
    const units = Array.from({ length: characters.length }, (_, at) => characters.charCodeAt(at));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });
}

/** `\x1b`, `\u202e`, `\u{e0041}`. */
export function visible(text: string): string {
  return text.toWellFormed().replace(ACTING, (character) => {
    const code = (character.codePointAt(0) as number).toString(16);
    if (code.length > 4) return `\\u{${code}}`;
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
}

/**
 * Control characters (Cc: C0, DEL, C1), what is there and not seen or turns text around (Cf: bidirectional marks, zero
 * widths, tags), what ends a line (Zl, Zp), what a private font draws (Co); and letters that are drawn as nothing.
 */
const ACTING = /\u034f|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/gu;
