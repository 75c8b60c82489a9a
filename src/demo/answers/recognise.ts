/** Which answer a question gets. */
import type { PromptFile } from '../../contract/envelope.ts';
import type { Command } from './command.ts';
import { dialogs } from './dialogs.ts';
import { faults } from './faults.ts';
import { aboutFiles } from './files.ts';
import { help } from './help.ts';
import { ordinary } from './ordinary.ts';
import { plain } from './plain.ts';
import { showcase } from './showcase.ts';
import { sizes } from './sizes.ts';
import { timing } from './timing.ts';
import type { Answer } from './turn.ts';

export const COMMANDS: readonly Command[] = [...showcase, ...timing, ...dialogs, ...sizes, ...faults];

/** `otherwise` answers what is no command, and has no files. */
export function recognise(
  asked: string,
  files: readonly PromptFile[] = [],
  otherwise: Answer = ordinary,
): { answer: Answer; deaf: boolean } {
  const order = /^demo +([^\n]*)/i.exec(asked.trimStart());
  if (order === null && files.length > 0) return { answer: aboutFiles, deaf: false };
  if (order === null) return { answer: asksForHelp(asked) ? helpAnswer : otherwise, deaf: false };
  const words = (order[1] ?? '').trim();
  const command = COMMANDS.filter(({ name }) => startsWithWords(words, name))
    .toSorted(byLength)
    .at(-1);
  if (command === undefined) return { answer: words === '' ? helpAnswer : unknown(words), deaf: false };
  const argument = words.slice(command.name.length).trim();
  return { answer: (turn) => command.answer(turn, argument), deaf: command.deaf === true };
}

const helpAnswer: Answer = (turn) => help(turn, COMMANDS);

function unknown(words: string): Answer {
  return async (turn) => {
    const what = plain(`demo ${words}`);
    await turn.say({
      en: `I don't know “${what}”. I know these:\n\n`,
      de: `„${what}“ kenne ich nicht, aber diese:\n\n`,
    });
    return help(turn, COMMANDS);
  };
}

function asksForHelp(asked: string): boolean {
  return /^\W*(help|hilfe|demo)\W*$|what (all )?can you do|was kannst du|was können sie/i.test(asked);
}

function startsWithWords(words: string, name: string): boolean {
  return `${words.toLowerCase()} `.startsWith(`${name} `);
}

function byLength(one: Command, other: Command): number {
  return one.name.length - other.name.length;
}
