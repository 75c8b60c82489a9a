/** What the transcript has of one turn among others. The lines are real ones. */
import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { parsePrompt } from '../../../../src/host/agents/claude/pasted.ts';
import { isComplete, openTranscript, textOf, turnOf } from '../../../../src/host/agents/claude/transcript.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { readLines, VERSIONS } from './read-lines.ts';

interface Line {
  promptId?: string;
  message?: { content: unknown };
}

let file: string;

beforeEach(async () => {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  file = join(path, 'transcript.jsonl');
});

const write = (lines: object[]) => appendFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
const turnsIn = (lines: Line[]) =>
  lines.flatMap(({ message: { content } = { content: null } }) =>
    typeof content === 'string' ? (parsePrompt(content)?.envelope.turnId ?? []) : [],
  );

describe.each(VERSIONS)('the transcript of Claude Code %s', (version) => {
  const lines = readLines<Line>('transcripts', version);
  const [tools = '', written = '', background = '', limit = ''] = turnsIn(lines);

  test('has the answer of a turn, and of no other', () => {
    write(lines);
    const { record } = openTranscript({ path: file, root: dirname(file) }, tools, 0).read();
    expect(textOf(record)).toMatch(/^I look at the files\.\n\nAnd into one\.\n\nThere are none\.\n\n<!--/);
    expect(record).toMatchObject({ seen: true, interrupted: false, failure: null });
    expect(isComplete(record)).toBe(true);
    expect([...record.tools.values()]).toEqual(['Bash', 'Read']);
    expect(record.messages.map(({ usage }) => usage)).toEqual(Array(3).fill({ input: 120, cached: 30, output: 41 }));
    expect(textOf(openTranscript({ path: file, root: dirname(file) }, written, 0).read().record)).toMatch(
      /^It said: File created/,
    );
  });

  test('has the result of a background task, once the task is known to belong to the turn', () => {
    write(lines);
    const alone = openTranscript({ path: file, root: dirname(file) }, background, 0).read().record;
    expect(textOf(alone).match(/It runs\./g)).toHaveLength(1);
    const transcript = openTranscript({ path: file, root: dirname(file) }, background, 0);
    const note = lines.find(
      ({ message: { content } = { content: null } }) => typeof content === 'string' && content.startsWith('<task'),
    );
    transcript.follow(note?.promptId ?? '');
    expect(textOf(transcript.read().record).match(/It runs\./g)).toHaveLength(2);
  });

  test('has a turn’s failure', () => {
    write(lines);
    const { record } = openTranscript({ path: file, root: dirname(file) }, limit, 0).read();
    expect(record.failure).toEqual({
      kind: 'rate_limit',
      said: 'API Error: Request rejected (429) · rate_limit_error',
    });
    expect(record.messages).toEqual([]);
  });

  test('is read as it grows, even with partial lines', () => {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const transcript = openTranscript({ path: file, root: dirname(file) }, tools, 0);
    expect(transcript.read()).toMatchObject({ grew: false, record: { seen: false } });
    writeFileSync(file, '');
    for (const piece of text.match(/[\s\S]{1,997}/g) ?? []) {
      appendFileSync(file, piece);
      expect(transcript.read().grew).toBe(true);
    }
    expect(textOf(transcript.read().record)).toContain('There are none.');
    expect(transcript.read().grew).toBe(false);
  });
});

test('an interrupt counts for the turn whose prompt it names', () => {
  const TURNS = ['1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed', '2b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed'];
  const prompt = (turnId = '', promptId = '') => ({
    type: 'user',
    parentUuid: null,
    promptId,
    message: { content: `[PALIADIN:${turnId}]\nx` },
  });
  write([
    prompt(TURNS[0], 'p1'),
    prompt(TURNS[1], 'p2'),
    {
      type: 'user',
      parentUuid: null,
      promptId: 'p2',
      message: { content: [{ type: 'text', text: '[Request interrupted by user]' }] },
    },
  ]);
  const interrupted = TURNS.map(
    (turnId) => openTranscript({ path: file, root: dirname(file) }, turnId, 0).read().record.interrupted,
  );
  expect(interrupted).toEqual([false, true]);
});

test('a subagent’s text is not the answer', () => {
  const turnId = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';
  const said = (text: string, more: object) => ({
    type: 'assistant',
    parentUuid: 'u1',
    message: { id: text, model: 'm', stop_reason: 'end_turn', content: [{ type: 'text', text }] },
    ...more,
  });
  write([
    { type: 'user', uuid: 'u1', parentUuid: null, promptId: 'p1', message: { content: `[PALIADIN:${turnId}]\nx` } },
    said('to the agent', { isSidechain: true }),
    said('to the person', { isSidechain: false }),
  ]);
  expect(textOf(openTranscript({ path: file, root: dirname(file) }, turnId, 0).read().record)).toBe('to the person');
});

test('a line that comes before its parent still belongs to it', () => {
  const lines = readLines<Line>('transcripts', '2.1.197');
  const [turnId = ''] = turnsIn(lines);
  const inOrder = lines.slice(0, 12);
  write(inOrder.toReversed());
  const { record } = openTranscript({ path: file, root: dirname(file) }, turnId, 0).read();
  expect(record.messages.map(({ text }) => text).toReversed()).toEqual(['I look at the files.', 'And into one.']);
});

describe('two prompts with the same prompt id, the second sent just as the first ended,', () => {
  const TURNS = ['1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed', '2b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed'] as const;
  const prompt = (turnId: string, parentUuid: string | null) => ({
    type: 'user',
    uuid: turnId,
    parentUuid,
    promptId: 'p1',
    message: { content: `[PALIADIN:${turnId}]\nx` },
  });
  const tool = (uuid: string, parentUuid: string) => ({
    type: 'user',
    uuid,
    parentUuid,
    promptId: 'p1',
    message: { content: [{ type: 'tool_result', tool_use_id: 't' }] },
  });
  const said = (text: string, parentUuid: string) => ({
    type: 'assistant',
    uuid: text,
    parentUuid,
    message: { id: text, model: 'm', stop_reason: 'end_turn', content: [{ type: 'text', text }] },
  });
  const stops = (uuid: string, parentUuid: string) => ({
    type: 'system',
    subtype: 'stop_hook_summary',
    uuid,
    parentUuid,
  });
  const lines = [
    prompt(TURNS[0], null),
    tool('t1', TURNS[0]),
    said('the first', 't1'),
    stops('s1', 'the first'),
    prompt(TURNS[1], 's1'),
    tool('t2', TURNS[1]),
  ];
  const textsOfTurns = () =>
    TURNS.map((turnId) => {
      const { record } = openTranscript({ path: file, root: dirname(file) }, turnId, 0).read();
      return { text: textOf(record), stops: record.stops };
    });

  test('have each their own answer, even an empty one', () => {
    write(lines);
    expect(textsOfTurns()).toEqual([
      { text: 'the first', stops: 1 },
      { text: '', stops: 0 },
    ]);
    write([said('the second', 't2'), stops('s2', 'the second')]);
    expect(textsOfTurns()).toEqual([
      { text: 'the first', stops: 1 },
      { text: 'the second', stops: 1 },
    ]);
  });

  test('give a hook call without a known turn to the later one', () => {
    write(lines);
    expect(turnOf({ path: file, root: dirname(file) }, 'p1')).toBe(TURNS[1]);
  });

  test('leave what follows another prompt to that one', () => {
    write([
      ...lines,
      { ...tool('note', 't2'), promptId: 'p2', message: { content: '<task-notification>' } },
      said('of the task', 'note'),
    ]);
    expect(textsOfTurns().map(({ text }) => text)).toEqual(['the first', '']);
    const transcript = openTranscript({ path: file, root: dirname(file) }, TURNS[1], 0);
    transcript.follow('p2');
    expect(textOf(transcript.read().record)).toBe('of the task');
  });
});

describe('a transcript forged by an agent', () => {
  const TURN = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';
  const prompt = {
    type: 'user',
    uuid: 'p',
    parentUuid: null,
    promptId: 'P',
    message: { content: `[PALIADIN:${TURN}]\nx` },
  };
  const said = (uuid: string, parentUuid: string, id = 'm') => ({
    type: 'assistant',
    uuid,
    parentUuid,
    message: { id, content: [{ type: 'text', text: 'x' }], stop_reason: 'end_turn' },
  });
  const open = () => openTranscript({ path: file, root: dirname(file) }, TURN, 0);

  test('whose lines form a cycle is read to its end', () => {
    write([said('a', 'b'), said('b', 'a'), said('c', 'c'), prompt, said('d', 'p')]);
    const { record } = open().read();
    expect(textOf(record)).toBe('x');
    expect(record.seen).toBe(true);
  });

  test('whose lines are a long chain in reverse order is read in time', () => {
    const chain = Array.from({ length: 20_000 }, (_, at) => said(`${at}`, `${at + 1}`, `${at}`));
    write([...chain, { ...prompt, uuid: '20000' }]);
    const begin = performance.now();
    expect(open().read().record.messages).toHaveLength(20_000);
    // Each walked anew they are 200 million steps, and all messages compared with all others as many.
    expect(performance.now() - begin).toBeLessThan(5_000);
  });

  test('of endless length does not fill the memory', () => {
    write([prompt]);
    truncateSync(file, 512 * 1024 * 1024);
    const transcript = open();
    let reads = 0;
    while (transcript.read().grew) reads++;
    expect(reads).toBe(1);
    expect(transcript.read().record.seen).toBe(true);
  });
});
