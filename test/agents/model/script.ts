/** The answers of the scripted model: a message's first line selects one, always the same. */
import { filesIn } from '../../../src/contract/envelope.ts';
import { manyLines, oneLine } from '../../../src/demo/answers/sizes.ts';
import { limit } from './limit.ts';
import { SCENES } from './scenes.ts';

/** What the model does with one request of a turn. */
export type Reply =
  | { status: number; error: string; message?: string; headers?: Record<string, string> }
  | { blocks: Block[]; stopReason?: string /** Breaks the connection after the blocks. */; drop?: boolean };

export type Block =
  /** `hold` waits after the text until it is released. Pieces are sent `pace` milliseconds apart. */
  { text: string; hold?: string; pace?: number } | { tool: string; input: object };

export interface Asked {
  /** The person's message, below the envelope. */
  message: string;
  /** How many questions the conversation has so far, this one included. */
  number: number;
  /** Rounds of this turn that the model has answered already: 0 at first. */
  round: number;
  /** How often this round was asked for before. */
  attempt: number;
  /** What the tools of the turn gave back, joined. */
  results: string;
}

export interface ToolCall {
  tool: string;
  input: object;
}

/**
 * A question that orders these calls, whatever they are, a message of the model's for each list. In letters that no input
 * box takes for a command, a mention or an accent of its own.
 */
export function toolOrder(rounds: ToolCall[][]): string {
  const lines = rounds.map((calls) => calls.map((call) => `${ORDER}${plain(JSON.stringify(call))}`).join('\n'));
  return lines.join(`\n${THEN}\n`);
}

function plain(json: string): string {
  return json.replace(/[^ -~]|@/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A question that carries a mark, as `mark: x7` in its second line, has an answer that begins and ends with it. */
export function replyTo(asked: Asked): Reply {
  const [line = '', second = ''] = asked.message.split('\n');
  const mark = /^mark: (\S+)/.exec(second)?.[1];
  const reply = answerTo(asked, line);
  return mark === undefined || 'status' in reply ? reply : { ...reply, blocks: marked(reply, mark) };
}

function marked({ blocks, drop = false }: Extract<Reply, { blocks: Block[] }>, mark: string): Block[] {
  const first = blocks.findIndex((block) => 'text' in block && block.text !== '');
  return blocks.map((block, at) => {
    if ('tool' in block) return block;
    const before = at === first ? `${mark}\n` : '';
    const after = at === blocks.length - 1 && !drop ? `\n${mark}` : '';
    const [body = '', trailer] = block.text.split(`\n\n${TRAILER}`);
    return { ...block, text: `${before}${body}${after}${trailer === undefined ? '' : `\n\n${TRAILER}`}` };
  });
}

function answerTo(asked: Asked, line: string): Reply {
  for (const [pattern, answer] of SCRIPT) {
    const match = pattern.exec(line);
    if (match !== null) return answer(asked, match[1] ?? '');
  }
  for (const [pattern, answer] of SCENES) if (pattern.test(line)) return answer(asked);
  const again = asked.number > 1 ? `\n\nThis is question ${asked.number} of our conversation.` : '';
  return say(`There are 12 open cases.${again}`);
}

const SCRIPT: [RegExp, (asked: Asked, argument: string) => Reply][] = [
  [/^demo at once\b/, () => say('At once.')],
  [/^demo long (\d+)kb/, (_asked, size) => say(manyLines(Number(size) * 1024))],
  [/^demo line (\d+)kb/, (_asked, size) => say(oneLine(Number(size) * 1024))],
  [
    /^demo hold (\w+)/,
    (_asked, name) => ({
      blocks: [{ text: 'This is the first half.\n', hold: name }, { text: 'This is the second half.' }],
    }),
  ],
  [/^model wait (\w+)/, (_asked, name) => ({ blocks: [{ text: '', hold: name }, { text: 'At last.' }] })],
  [
    /^model lines (\w+)/,
    (_asked, name) => ({
      blocks: [{ text: `${lines(1, 50)}\n`, hold: name }, { text: `${lines(51, 100)}\n\n${TRAILER}` }],
    }),
  ],
  [
    /^model tools/,
    ({ round }) =>
      [
        {
          blocks: [{ text: 'I look at the files.' }, { tool: 'Bash', input: { command: 'true', description: 'Look' } }],
        },
        { blocks: [{ text: 'And into one.' }, { tool: 'Read', input: { file_path: '/nowhere/at-all.md' } }] },
      ][round] ?? say('There are none.'),
  ],
  [
    /^model silent/,
    ({ round }) => (round === 0 ? call('Bash', { command: 'true', description: 'Look' }) : { blocks: [] }),
  ],
  [
    /^model run (.+)/,
    ({ round, results }, command) =>
      round === 0 ? call('Bash', { command, description: 'Run' }) : say(`It said: ${results}`),
  ],
  [/^(?:model files|\(Only files were sent)/, readsFiles],
  [/^model tool /, ordered],
  [
    /^model background (.+)/,
    ({ round }, command) =>
      round === 0 ? call('Bash', { command, description: 'Wait', run_in_background: true }) : say('It runs.'),
  ],
  [
    /^model write (.+)/,
    ({ round, results }, path) =>
      round === 0 ? call('Write', { file_path: path, content: 'one\ntwo\n' }) : say(`It said: ${results}`),
  ],
  [
    /^model ask/,
    ({ round, results }) => (round === 0 ? call('AskUserQuestion', QUESTION) : say(`You said: ${results}`)),
  ],
  [/^model overloaded (\d+)/, ({ attempt }, times) => (attempt < Number(times) ? problem(529) : say('After all.'))],
  [/^model failing (\d+)/, ({ attempt }, times) => (attempt < Number(times) ? problem(500) : say('After all.'))],
  [/^model status (\d+)/, (_asked, status) => problem(Number(status))],
  [/^(?:model|demo) limit/, () => limit()],
  [/^model refuse/, () => ({ blocks: [{ text: 'No.' }], stopReason: 'refusal' })],
  [/^model cut/, () => ({ blocks: [{ text: 'This is half of' }], stopReason: 'max_tokens' })],
  [
    /^model drop/,
    ({ attempt }) =>
      attempt === 0 ? { blocks: [{ text: 'One.\nTwo.\nHalf of', pace: 300 }], drop: true } : say('One.\nTwo.\nThree.'),
  ],
];

const TRAILER = '<!-- paliadin {"used_tools":["cases.search"],"rows_seen":12,"classifier_tag":"demo"} -->';

function say(text: string): Reply {
  return { blocks: [{ text: `${text}\n\n${TRAILER}` }] };
}

function call(tool: string, input: object): Reply {
  return { blocks: [{ tool, input }] };
}

/** Reads all files that came with the question, at once. */
function readsFiles({ message, round, results }: Asked): Reply {
  const calls = filesIn(message).map(({ path }) => ({ tool: 'Read', input: { file_path: path } }));
  return round < calls.length ? { blocks: calls } : say(`They say: ${results}`);
}

/** Each message of its calls once those of the one before have all given back something. */
function ordered({ message, round, results }: Asked): Reply {
  const rounds = message.split(`\n${THEN}\n`).map((lines) => lines.split('\n').flatMap(calledBy));
  let before = 0;
  for (const calls of rounds) {
    if (before === round) return { blocks: calls };
    before += calls.length;
  }
  return say(`It said: ${results.slice(0, MOST_GIVEN_BACK)}`);
}

function calledBy(line: string): ToolCall[] {
  return line.startsWith(ORDER) ? [JSON.parse(line.slice(ORDER.length))] : [];
}

const ORDER = 'model tool ';
const THEN = 'model then';
const MOST_GIVEN_BACK = 10_000;

function lines(first: number, last: number): string {
  return Array.from({ length: last - first + 1 }, (_, number) => `Line ${first + number} of the answer.`).join('\n');
}

function problem(status: number): Reply {
  return { status, error: PROBLEMS[status] ?? 'api_error' };
}

const PROBLEMS: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

const QUESTION = {
  questions: [
    {
      question: 'Which cases do you want to see?',
      header: 'Cases',
      multiSelect: false,
      options: [
        { label: 'Open', description: 'The open ones' },
        { label: 'Overdue', description: 'The overdue ones' },
      ],
    },
  ],
};
