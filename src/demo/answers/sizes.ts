/** Answers that are large, or not text at all. */
import { type Command, sizeIn } from './command.ts';
import { terminalGarbage, textGarbage } from './garbage.ts';

export const sizes: Command[] = [
  {
    name: 'long',
    takes: 'SIZE',
    does: {
      en: 'Markdown of exactly SIZE bytes (`10mb`), trailer not counted.',
      de: 'Markdown von genau SIZE Bytes (`10mb`), ohne Trailer.',
    },
    async answer(turn, argument) {
      await turn.pour(manyLines(sizeIn(argument, DEFAULT_SIZE)));
      return { tag: 'demo' };
    },
  },
  {
    name: 'line',
    takes: 'SIZE',
    does: { en: 'The same in one line.', de: 'Dasselbe in einer Zeile.' },
    async answer(turn, argument) {
      await turn.pour(oneLine(sizeIn(argument, DEFAULT_SIZE)));
      return { tag: 'demo' };
    },
  },
  {
    name: 'garbage',
    takes: 'SIZE',
    does: {
      en: 'SIZE bytes that are no text: NUL, invalid UTF-8, escape sequences, also on the terminal.',
      de: 'SIZE Bytes, die kein Text sind: NUL, ungültiges UTF-8, Escape-Sequenzen, auch auf dem Terminal.',
    },
    async answer(turn, argument) {
      await turn.pourBytes(textGarbage(sizeIn(argument, DEFAULT_SIZE)));
      turn.scribble(terminalGarbage());
      return { tag: 'demo' };
    },
  },
];

/** Exactly `bytes` of Markdown in numbered lines, the same every time. */
export function manyLines(bytes: number): string {
  return exactly(bytes, (number) =>
    number % LINES_PER_SECTION === 1
      ? `${number === 1 ? '' : '\n'}## Section at line ${number}\n\n`
      : `- Line ${number}: the *same* words as in every other line, and \`code\`.\n`,
  );
}

/** Exactly `bytes` without a newline. */
export function oneLine(bytes: number): string {
  return exactly(bytes, (number) => `word ${number}, `);
}

function exactly(bytes: number, part: (number: number) => string): string {
  const parts: string[] = [];
  let length = 0;
  for (let number = 1; length < bytes; number++) {
    const next = part(number);
    parts.push(next);
    length += next.length;
  }
  // White space at the end would be trimmed with the trailer, and the size would be wrong.
  return parts
    .join('')
    .slice(0, bytes)
    .replace(/\s+$/, (space) => '.'.repeat(space.length));
}

const LINES_PER_SECTION = 100;
const DEFAULT_SIZE = 100 * 1024;
