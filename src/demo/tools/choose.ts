/**
 * Which tool fits a question, and with what arguments: by the words of its name, its title, its description and its
 * parameters. A model understands more; a demo agent only compares, the same for every application.
 */
import type { GivenTool } from './toolbox.ts';

export interface Choice {
  tool: GivenTool;
  args: Record<string, unknown>;
}

/** Null where no tool has enough in common with the question. */
export function chooseTool(question: string, tools: readonly GivenTool[]): Choice | null {
  const asked = wordsOf(question);
  const scored = tools.flatMap((tool) => {
    const args = argumentsFor(question, asked, tool);
    if (args === null) return [];
    const inName = common(asked, wordsOf(tool.name));
    const elsewhere = common(asked, wordsOf(`${tool.title ?? ''} ${tool.description ?? ''}`));
    const score = 3 * inName + elsewhere + 2 * Object.keys(args).length;
    return inName + elsewhere > 0 && score >= ENOUGH ? [{ tool, args, score }] : [];
  });
  return scored.sort((one, other) => other.score - one.score)[0] ?? null;
}

/** Null where something that it needs is not in the question. */
function argumentsFor(question: string, asked: ReadonlySet<string>, tool: GivenTool): Record<string, unknown> | null {
  const { properties = {}, required = [] } = tool.inputSchema;
  const numbers = [...question.matchAll(/(?<![\w.,-])\d{1,9}(?![\w.,-]*\w)/g)].map(([digits]) => Number(digits));
  const quoted = [...question.matchAll(/["“„«]([^"“”„«»]+)["”“»]/g)].map(([, text = '']) => text);
  const args: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(properties)) {
    const {
      type,
      description = '',
      enum: choices,
    } = property as { type?: string; description?: string; enum?: string[] };
    const meant = common(asked, wordsOf(`${name} ${description}`)) > 0;
    if (type === 'boolean' && meant) args[name] = true;
    else if ((type === 'integer' || type === 'number') && numbers.length > 0) args[name] = numbers.shift();
    else if (choices !== undefined) {
      const choice = choices.find((one) => common(asked, wordsOf(one)) > 0);
      if (choice !== undefined) args[name] = choice;
    } else if (type === 'string' && quoted.length > 0) args[name] = quoted.shift();
  }
  return required.every((name) => Object.hasOwn(args, name)) ? args : null;
}

/** In lower case, without endings, in English; what says nothing about a tool is left out. */
function wordsOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}]+/gu) ?? [];
  return new Set(
    words.map((word) => stem(IN_ENGLISH[word] ?? word)).filter((word) => word.length > 2 && !EMPTY.has(word)),
  );
}

function stem(word: string): string {
  const bare = word.replace(/(?<=^.{3,})(?:en|er|s|ing|ed)$/u, '');
  return bare.length > 3 ? bare.replace(/e$/, '') : bare;
}

function common(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  return [...one].filter((word) => other.has(word)).length;
}

/** What people want done, whatever it is done with. */
const IN_ENGLISH: Record<string, string> = {
  welche: 'list',
  which: 'list',
  what: 'list',
  zeig: 'list',
  zeige: 'list',
  show: 'list',
  liste: 'list',
  lies: 'read',
  öffne: 'open',
  schließe: 'close',
  schliesse: 'close',
  schließ: 'close',
  lösche: 'delete',
  ändere: 'change',
  suche: 'search',
  finde: 'find',
  find: 'find',
  überfällig: 'overdue',
  überfällige: 'overdue',
  überfälligen: 'overdue',
  offene: 'open',
  neue: 'new',
};

const EMPTY = new Set(
  'the and for are with that this from its not one has have can all any you your mine meine meiner sind ist der die das und mit für'.split(
    ' ',
  ),
);

// A word of its name and one more, or as much elsewhere.
const ENOUGH = 4;
