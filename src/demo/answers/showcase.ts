/** Answers that show what a page can render. */
import { askChip, CASES, caseChip } from './cases.ts';
import type { Command } from './command.ts';
import { EVERYTHING } from './everything.ts';
import { fenced, plain } from './plain.ts';

export const showcase: Command[] = [
  {
    name: 'chips',
    does: {
      en: 'Chips: things of the app to open, questions to ask on.',
      de: 'Chips: zum Öffnen und zum Weiterfragen.',
    },
    async answer(turn) {
      const open = CASES.map((one) => `- ${caseChip(one)}`).join('\n');
      const ask = ['Show the overdue ones', 'What is 100 % of nothing?'].map(askChip).join(' · ');
      await turn.say(`${open}\n\n${ask}\n\n`);
      await turn.say(
        `${turn.word({ en: 'In code they are text', de: 'In Code sind sie Text' })}: \`[No chip](app:/cases/1)\``,
      );
      return { rows: CASES.length, tag: 'chips' };
    },
  },
  {
    name: 'table',
    does: { en: 'A table.', de: 'Eine Tabelle.' },
    async answer(turn) {
      const rows = CASES.map((one) => `| ${one.id} | ${caseChip(one)} | ${one.due} |`);
      const head = turn.word({ en: '| No. | Case | Days |', de: '| Nr. | Akte | Tage |' });
      await turn.say([head, '|---:|---|---:|', ...rows].join('\n'));
      return { tools: ['cases.search'], rows: CASES.length, tag: 'lookup' };
    },
  },
  {
    name: 'formulas',
    does: { en: 'Formulas, and prices that are none.', de: 'Formeln, und Preise, die keine sind.' },
    async answer(turn) {
      await turn.say(FORMULAS);
      return null;
    },
  },
  {
    name: 'code',
    does: { en: 'A block of code.', de: 'Ein Block Code.' },
    async answer(turn) {
      await turn.say(
        `${turn.word({ en: 'The overdue cases', de: 'Die überfälligen Akten' })}:\n\n${fenced(QUERY, 'sql')}`,
      );
      return { tag: 'code' };
    },
  },
  {
    name: 'markdown',
    does: {
      en: 'Everything Markdown has, and HTML and links that must not work.',
      de: 'Alles, was Markdown kennt, dazu HTML und Links, die nicht wirken dürfen.',
    },
    async answer(turn) {
      await turn.say(EVERYTHING);
      return { tag: 'markdown' };
    },
  },
  {
    name: 'echo',
    does: { en: 'The exact message that arrived.', de: 'Die Nachricht genau, wie sie ankam.' },
    async answer(turn) {
      await turn.pour(fenced(turn.question.message));
      return { tag: 'echo' };
    },
  },
  {
    name: 'memory',
    does: { en: 'The questions of this conversation.', de: 'Die Fragen dieses Gesprächs.' },
    async answer(turn) {
      const { earlier, number } = turn.question;
      const first = number - earlier.length;
      const questions = earlier.map((question, index) => `${first + index}. ${plain(question)}`).join('\n');
      const none = { en: 'This is your first question.', de: 'Das ist Ihre erste Frage.' };
      await turn.say(questions === '' ? none : questions);
      return { rows: earlier.length, tag: 'memory' };
    },
  },
];

const QUERY = `select id, title, due
from cases
where due < current_date and not closed
order by due; -- oldest first`;

const FORMULAS = `The interest is $I = P \\cdot r \\cdot t$, and \\(e^{i\\pi} + 1 = 0\\). It costs $5 and $10, or US$7.

$$
\\int_0^\\infty e^{-x^2} \\, dx
= \\frac{\\sqrt{\\pi}}{2}
$$

- In a list: $\\sum_{k=1}^n k = \\frac{n(n+1)}{2}$
- A matrix: $\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}$
`;
