/**
 * The only way to write to a person's terminal. Names, comments, hosts' output and quotes in errors come from other
 * people and machines: control sequences, text direction marks and invisible characters are made visible.
 */
import { pipeline } from 'node:stream/promises';
import { escapeForTerminal, escapeJson } from '../contract/escape.ts';

type Output = Pick<NodeJS.WritableStream, 'write'>;

/** Each text is one line, whatever it contains. To standard output: the result of the command. */
export function print(lines: string | readonly string[]): void {
  printTo(process.stdout, lines);
}

/** To standard error: everything else. */
export function note(lines: string | readonly string[]): void {
  printTo(process.stderr, lines);
}

export function printTo(output: Output, lines: string | readonly string[]): void {
  const all = [lines].flat();
  if (all.length > 0) output.write(`${all.map(escapeForTerminal).join('\n')}\n`);
}

/** As JSON, with escapes that a parser reads back unchanged. */
export function printJson(value: unknown): void {
  process.stdout.write(`${escapeJson(JSON.stringify(value, null, 2))}\n`);
}

/** The same for a document that is produced in pieces. A piece never ends within a string. */
export async function printJsonPieces(pieces: AsyncIterable<string>): Promise<void> {
  const escaped = async function* () {
    for await (const piece of pieces) yield escapeJson(piece);
  };
  await pipeline(escaped, process.stdout, { end: false });
}
