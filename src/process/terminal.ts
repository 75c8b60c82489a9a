/**
 * The only way to write to a person's terminal. Names, comments, hosts' output and quotes in errors come from other
 * people and machines: control sequences, text direction marks and invisible characters are made visible.
 */
import { pipeline } from 'node:stream/promises';
import { escapeForTerminal, escapeJson } from '../contract/escape.ts';

type Output = NodeJS.WritableStream;

/** The two outputs of a command. Each text is one line, whatever it contains. */
export interface Terminal {
  /** To standard output: the result of the command. */
  print(lines: string | readonly string[]): void;
  /** To standard output, as JSON with escapes that a parser reads back unchanged. */
  printJson(value: unknown): void;
  /** The same for a document that is produced in pieces. A piece never ends within a string. */
  printJsonPieces(pieces: AsyncIterable<string>): Promise<void>;
  /** To standard error: everything else. */
  note(lines: string | readonly string[]): void;
}

export function terminalOn({ stdout, stderr }: { stdout: Output; stderr: Output }): Terminal {
  for (const output of [stdout, stderr]) output.on('error', unlessReaderLeft);
  return {
    print: (lines) => printTo(stdout, lines),
    printJson: (value) => void stdout.write(`${escapeJson(JSON.stringify(value, null, 2))}\n`),
    async printJsonPieces(pieces) {
      const escaped = async function* () {
        for await (const piece of pieces) yield escapeJson(piece);
      };
      await pipeline(escaped, stdout, { end: false });
    },
    note: (lines) => printTo(stderr, lines),
  };
}

/** One that has left, such as `head`, has what it wanted; and a gateway goes on when nobody reads its log. */
function unlessReaderLeft(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** For a program that is not the command line: to its standard error. */
export function note(lines: string | readonly string[]): void {
  printTo(process.stderr, lines);
}

export function printTo(output: Pick<Output, 'write'>, lines: string | readonly string[]): void {
  const all = [lines].flat();
  if (all.length > 0) output.write(`${all.map(escapeForTerminal).join('\n')}\n`);
}
