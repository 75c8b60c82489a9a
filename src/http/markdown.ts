/** Exports a history as Markdown: the questions, the answers, and their times. */
import type { TurnView } from '../contract/api.ts';
import { escapeInFile } from '../contract/escape.ts';
import { type Language, languageOf } from '../contract/locales/locale.ts';
import { isFinal } from '../contract/turn.ts';

export async function* historyAsMarkdown(
  turns: AsyncIterable<TurnView>,
  { name, locale }: { name: string; locale: string | null },
): AsyncGenerator<string> {
  const words = languages[languageOf(locale)];
  yield `# ${words.title(oneLine(name))}\n`;
  let generation: number | null = null;
  for await (const turn of turns) {
    if (generation !== null && turn.generation !== generation) yield `\n---\n\n*${words.fresh}*\n`;
    generation = turn.generation;
    yield asMarkdown(turn, words);
  }
}

function asMarkdown(turn: TurnView, words: Words): string {
  const blocks = [
    `## ${new Date(turn.startedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    ...(turn.message === '' ? [] : [quote(turn.message)]),
    ...(turn.attachments.length === 0 ? [] : [`*${words.files}: ${turn.attachments.map(fileWords).join('; ')}*`]),
    ...(turn.pageOrigin === null ? [] : [`*${words.from} ${oneLine(turn.pageOrigin)}*`]),
    ...(turn.response === '' ? [] : [turn.response]),
    ...(turn.error === null ? [] : [`*${oneLine(turn.error.message)}*`]),
    ...(isFinal(turn.status) ? [] : [`*${words.open}*`]),
  ];
  return `\n${blocks.map((block) => escapeInFile(block)).join('\n\n')}\n`;
}

function fileWords({ name, type, size }: TurnView['attachments'][number]): string {
  return `${oneLine(name)} (${type}, ${size} B)`;
}

/** A user's text stays text, even if it looks like a heading or a link. */
function quote(text: string): string {
  return text
    .split('\n')
    .map((line) => `> ${line.replace(/[\\`*_[\]<>#]/g, '\\$&')}`)
    .join('\n');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>]/g, '\\$&');
}

interface Words {
  title(name: string): string;
  fresh: string;
  files: string;
  from: string;
  open: string;
}

const languages: Record<Language, Words> = {
  en: {
    title: (name) => `Questions and answers of ${name}`,
    fresh: 'New conversation',
    files: 'Files',
    from: 'Asked from',
    open: 'Not answered yet',
  },
  de: {
    title: (name) => `Fragen und Antworten von ${name}`,
    fresh: 'Neues Gespräch',
    files: 'Dateien',
    from: 'Gefragt von der Seite',
    open: 'Noch nicht beantwortet',
  },
};
