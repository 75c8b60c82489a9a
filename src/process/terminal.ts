/**
 * The only way to a person's terminal. Names, comments, what hosts say and what errors quote are other people's and other
 * machines' words: what a terminal would obey, what turns text around and what nobody sees is made visible.
 */
import { pipeline } from 'node:stream/promises';
import { escapeForTerminal, escapeJson } from '../contract/escape.ts';

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
  if (all.length > 0) output.write(`${all.map(escapeForTerminal).join('\n')}\n`);
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
