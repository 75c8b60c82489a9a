/** The answer to an ordinary question: short, plausible, and clear that the demo agent gives it. */
import { askChip, CASES, type Case, caseChip } from './cases.ts';
import { plain } from './plain.ts';
import type { Answer, Question, Turn, Wording } from './turn.ts';

export const ordinary: Answer = async (turn) => {
  await turn.say(opening(turn));
  await turn.runTool(SEARCHING, SEARCH_MS);
  const kind = kindOf(turn.question);
  const cases = kind === 'deadlines' ? CASES.filter(({ due }) => due < 0) : CASES.slice(0, 3);
  await turn.say(`${turn.word(INTRODUCTIONS[kind])}\n\n`);
  await turn.say(kind === 'overview' ? list(turn, cases) : table(turn, cases));
  await turn.say(`\n\n${askChip(turn.word(kind === 'deadlines' ? ALL_CASES : OVERDUE))}\n\n`);
  await turn.say(HONESTY);
  return { tools: ['cases.search'], rows: cases.length, tag: kind };
};

function opening({ question, word }: Turn): string {
  const asked = plain(question.asked);
  const page = question.page === null ? '' : `, ${word(ON_PAGE)} \`${question.page.replaceAll('`', '')}\``;
  const before = question.earlier.at(-1);
  const memory = before === undefined ? '' : remembered(word, question.number, plain(before));
  return `${word({ en: `You asked${page}: “${asked}”`, de: `Sie fragen${page}: „${asked}“` })}${memory}\n\n`;
}

function remembered(word: Turn['word'], number: number, before: string): string {
  return `\n\n${word({
    en: `This is question ${number} of our conversation; before, you asked “${before}”`,
    de: `Das ist Frage ${number} unseres Gesprächs; davor fragten Sie „${before}“`,
  })}`;
}

function kindOf({ asked, number }: Question): keyof typeof INTRODUCTIONS {
  if (/overdue|deadline|due\b|late\b|frist|überfällig|fällig/i.test(asked)) return 'deadlines';
  return number % 2 === 1 ? 'lookup' : 'overview';
}

function table({ word }: Turn, cases: readonly Case[]): string {
  const head = word({ en: '| Case | Next deadline |', de: '| Akte | Nächste Frist |' });
  const rows = cases.map((one) => `| ${caseChip(one)} | ${word(dueIn(one.due))} |`);
  return [head, '|---|---|', ...rows].join('\n');
}

function list({ word }: Turn, cases: readonly Case[]): string {
  return cases.map((one) => `- ${caseChip(one)}: ${word(dueIn(one.due))}`).join('\n');
}

function dueIn(days: number): Wording {
  if (days < 0) return { en: `${-days} days overdue`, de: `seit ${-days} Tagen überfällig` };
  return { en: `in ${days} days`, de: `in ${days} Tagen` };
}

const ON_PAGE = { en: 'on the page', de: 'auf der Seite' };
const SEARCHING = { en: 'Searching cases', de: 'Suche in den Akten' };

/** Long enough to see the tool run, short enough not to wait for it. */
const SEARCH_MS = 400;

const INTRODUCTIONS = {
  lookup: { en: 'These cases seem to be about that:', de: 'Dazu passen diese Akten:' },
  overview: { en: 'This is what I found:', de: 'Das habe ich gefunden:' },
  deadlines: { en: 'These deadlines have passed:', de: 'Diese Fristen sind verstrichen:' },
};
const OVERDUE = { en: 'Show the overdue ones', de: 'Zeig die überfälligen' };
const ALL_CASES = { en: 'Show all cases', de: 'Zeig alle Akten' };
const HONESTY = {
  en: 'I am the demo agent, so the cases are invented. Say `help` to see what else I can do.',
  de: 'Ich bin der Demo-Agent, die Akten sind also erfunden. Mit `help` sehen Sie, was ich sonst noch kann.',
};
