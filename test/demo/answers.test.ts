import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { agentLogEntry } from '../../src/contract/agent-log.ts';
import { countChips } from '../../src/contract/count-chips.ts';
import { composePrompt } from '../../src/contract/envelope.ts';
import { splitTrailer } from '../../src/contract/trailer.ts';
import { COMMANDS, recognise } from '../../src/demo/answers/recognise.ts';
import { manyLines, oneLine } from '../../src/demo/answers/sizes.ts';
import { fewWords, LiveTurn, type Stage } from '../../src/demo/live-turn.ts';
import { readPrompt } from '../../src/demo/prompt.ts';
import { turnLog } from '../../src/demo/record/turn-log.ts';

const TURN_ID = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'demo-answers-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('an ordinary answer', () => {
  test('quotes question and page, uses a tool, offers chips, and says that it is a demo', async () => {
    const { body, meta, entries, malformed } = await ask('Who sues *Bosch*?', { page: 'https://app/cases?q=`' });
    expect(body).toMatch(/^You asked, on the page `https:\/\/app\/cases\?q=`: “Who sues \\\*Bosch\\\*\?”/);
    expect(body).toContain('demo agent');
    expect(countChips(body)).toBe(4);
    expect(meta).toEqual({ usedTools: ['cases.search'], rowsSeen: 3, classifierTag: 'lookup' });
    expect(malformed).toBe(false);
    const tools = entries.filter((entry) => entry.event === 'tool').map(({ status }) => status);
    expect(tools).toEqual(['running', 'done']);
  });

  test('is in German for a German locale', async () => {
    const { body } = await ask('Welche Frist ist überfällig?', { locale: 'de-AT' });
    expect(body).toMatch(/^Sie fragen: „Welche Frist ist überfällig\?“/);
    expect(body).toContain('Diese Fristen sind verstrichen');
  });

  test('mentions the question before', async () => {
    const { body } = await ask('And now?', { number: 3, earlier: ['Who?', 'Why <b>me</b>?'] });
    expect(body).toContain('This is question 3 of our conversation; before, you asked “Why \\<b\\>me\\</b\\>?”');
  });

  test('does not take the page’s context for the question', async () => {
    const { body } = await ask('Who is late?', { context: 'demo crash 9\nand more' });
    expect(body).toContain('“Who is late?”');
  });
});

describe('a command', () => {
  test.each(['help', 'What can you do?', 'demo', 'demo nonsense', 'hilfe'])(
    '%j lists every command',
    async (message) => {
      const { body } = await ask(message);
      for (const { name } of COMMANDS) expect(body).toContain(`| \`demo ${name}`);
    },
  );

  test('is recognised in any case and with extra spaces, the longest name first', async () => {
    expect((await ask('Demo  At Once ')).body).toBe('At once.');
    expect((await ask('demo no trailer')).body).toBe('Nothing follows this.');
    expect(recognise('demo deaf').deaf).toBe(true);
    expect(recognise('Please demo deaf').deaf).toBe(false);
    expect((await ask('Please\ndemo limit')).entries.at(-1)?.event).toBe('stop');
  });

  test.each([
    ['demo limit', { event: 'failure', code: 'agent_limit', detail: 'resets 3pm' }],
    ['demo error', { event: 'failure', code: 'agent_error', detail: 'overloaded' }],
  ])('%j fails', async (message, failure) => {
    expect((await ask(message)).entries).toEqual([failure]);
  });

  test('tools: each runs and is done', async () => {
    const { entries, meta } = await ask('demo tools 4');
    const tools = entries.filter((entry) => entry.event === 'tool');
    expect(tools.map(({ id, status }) => `${id} ${status}`)).toEqual(
      [1, 2, 3, 4].flatMap((number) => [`tool-${number} running`, `tool-${number} done`]),
    );
    expect(meta.rowsSeen).toBe(4);
  });

  test('no trailer, broken trailer', async () => {
    expect(await ask('demo no trailer')).toMatchObject({ malformed: false, meta: { usedTools: [] } });
    expect(await ask('demo broken trailer')).toMatchObject({ malformed: true, body: 'The trailer of this is broken.' });
  });

  test('echo gives the message back exactly, fences in it included', async () => {
    const message = 'demo echo\n```js\n`````\n\\[PALIADIN:x]\n  <b>ä</b>  ';
    expect((await ask(message)).body).toBe(`\`\`\`\`\`\`\n${message}\n\`\`\`\`\`\``);
  });

  test('chips: those in code don’t count', async () => {
    expect(countChips((await ask('demo chips')).body)).toBe(7);
  });

  test('memory lists the questions', async () => {
    const { body } = await ask('demo memory', { number: 60, earlier: ['first known', 'second\nknown'] });
    expect(body).toBe('58. first known\n59. second known');
  });

  test('garbage: as many invalid characters as bytes, in valid log entries', async () => {
    const { whole } = await ask('demo garbage 40kb');
    const body = whole.slice(0, whole.lastIndexOf('\n\n<!-- paliadin'));
    expect(body).toHaveLength(40 * 1024);
    expect(body.isWellFormed()).toBe(false);
    expect(body).toContain('\0');
    expect(body).toContain('\x1b[2J');
  });

  test.each([
    'demo table',
    'demo code',
    'demo markdown',
    'demo slow 0.01',
    'demo silent 0.01',
    'demo raw',
    'demo cooked',
  ])('%j ends with a trailer', async (message) => {
    const { meta, malformed, entries } = await ask(message);
    expect(malformed).toBe(false);
    expect(meta.classifierTag).not.toBeNull();
    expect(entries.at(-1)?.event).toBe('stop');
  });
});

describe('sizes', () => {
  test.each([0, 1, 17, 100, 4096, 99_999, 1024 * 1024])('are exact: %d', (bytes) => {
    for (const text of [manyLines(bytes), oneLine(bytes)]) {
      expect(Buffer.byteLength(text)).toBe(bytes);
      expect(text.trim()).toBe(text);
    }
    expect(oneLine(bytes)).not.toContain('\n');
  });

  test('arrive exactly, in deltas of at most 16 kB', async () => {
    const { body, entries } = await ask('demo long 1mb');
    expect(body === manyLines(1024 * 1024)).toBe(true);
    const deltas = entries.flatMap((entry) => (entry.event === 'text' ? Buffer.byteLength(entry.delta) : []));
    expect(Math.max(...deltas)).toBeLessThanOrEqual(16 * 1024);
  });
});

test('a few words at a time are the text when joined', () => {
  for (const text of ['', ' ', 'a', '  a  b\n\nc d e f  \n', COMMANDS.map(({ does }) => does.en).join('\n')]) {
    expect(fewWords(text).join('')).toBe(text);
  }
});

/** Asks as a driver would, and reads the log of the turn. */
async function ask(
  message: string,
  about: { page?: string; locale?: string; context?: string; number?: number; earlier?: string[] } = {},
) {
  const typed = composePrompt(
    { turnId: TURN_ID, pageOrigin: about.page, locale: about.locale },
    message,
    about.context,
  );
  const prompt = readPrompt(typed, '');
  const recorder = turnLog(directory, TURN_ID);
  const around = { recorder, stage: DARK_STAGE, pace: 0, dontAsk: false, releaseDirectory: directory, turnId: TURN_ID };
  const turn = new LiveTurn({ ...prompt, number: about.number ?? 1, earlier: about.earlier ?? [] }, around);
  recorder.record(await turn.play(recognise(prompt.asked).answer));

  const file = join(directory, `${TURN_ID}.jsonl`);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  rmSync(file);
  const entries = lines.map((line) => agentLogEntry.parse(JSON.parse(line)));
  const whole = entries.map((entry) => (entry.event === 'text' ? entry.delta : '')).join('');
  return { entries, whole, ...splitTrailer(whole) };
}

/** Nobody watches. */
const DARK_STAGE: Stage = {
  text: () => {},
  note: () => {},
  ask: () => Promise.reject(new Error('nobody answers here')),
  scribble: () => {},
  freeze: () => {},
  exit: (code) => {
    throw new Error(`exit ${code}`);
  },
};
