/** Answers to look at: what people ask, and what comes of it. In the agent's directory lies a file of cases. */
import { limit } from './limit.ts';
import type { Asked, Reply } from './script.ts';

/** What the file holds. */
export const CASES = `# Cases

- 4711 Bosch, pump P-101 leaks, due 2026-11-24, open
- 4698 Siemens, noise in the gearbox, due 2026-11-25, open
- 4702 Voith, seal worn, due 2026-11-27, waiting for parts
`;

export const SCENES: [RegExp, (asked: Asked) => Reply][] = [
  [
    /^Which cases are due this week\?/,
    ({ round }) =>
      [call('I look at the cases.', 'Read', { file_path: 'cases.md' }), call('', 'Bash', { command: './board' })][
        round
      ] ?? {
        blocks: [{ text: DUE, hold: 'due' }, { text: DUE_REST }],
      },
  ],
  [
    /^Show me my cases/,
    ({ round, results }) =>
      round === 0 ? call('', 'AskUserQuestion', WHICH) : { blocks: [{ text: `You said: ${results}` }] },
  ],
  [/^(How many cases did we close this year|Wie viele Fälle haben wir dieses Jahr geschlossen)\?/, () => limit()],
  [/^Close the case of Bosch/, ({ round }) => closing(round, 'The case of Bosch is closed.', 'closed, pump replaced')],
  [
    /^Schließe den Fall von Bosch/,
    ({ round }) => closing(round, 'Der Fall von Bosch ist geschlossen.', 'geschlossen, Pumpe getauscht'),
  ],
];

function closing(round: number, done: string, state: string): Reply {
  const line = '- 4711 Bosch, pump P-101 leaks, due 2026-11-24, ';
  const edit = { file_path: 'cases.md', old_string: `${line}open`, new_string: `${line}${state}` };
  return [call('', 'Read', { file_path: 'cases.md' }), call('', 'Edit', edit)][round] ?? { blocks: [{ text: done }] };
}

function call(text: string, tool: string, input: object): Reply {
  return { blocks: [...(text === '' ? [] : [{ text }]), { tool, input }] };
}

const WHICH = {
  questions: [
    {
      question: 'Which of your cases do you want to see?',
      header: 'Cases',
      multiSelect: false,
      options: [
        { label: 'Due this week', description: 'Three, the first of them on Tuesday' },
        { label: 'Waiting for parts', description: 'One: 4702 of Voith' },
        { label: 'All', description: 'The closed ones as well' },
      ],
    },
  ],
};

const DUE = `Three cases are due this week:

| Case | Customer | What | Due |
|---|---|---|---|
| 4711 | Bosch | Pump P-101 leaks | Tuesday |
| 4698 | Siemens | Noise in the gearbox | Wednesday |
| 4702 | Voith | Seal worn, waits for parts | Friday |

**4711** comes first: the customer's line stands still. The parts
`;
const DUE_REST = 'for 4702 arrive on Thursday, so Friday can be kept.';
