import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AgentLogEntry } from '../../src/contract/agent-log.ts';
import { composePrompt } from '../../src/contract/envelope.ts';
import { splitTrailer } from '../../src/contract/trailer.ts';
import { manyLines } from '../../src/demo/answers/sizes.ts';
import { Pane, READY } from './pane.ts';

// More than a pane is waited for, so that a failure says what was on the screen.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const RULE = '─'.repeat(80);

let pane: Pane;
let turnId: string;
beforeEach(() => {
  pane = new Pane();
  turnId = randomUUID();
});
afterEach(() => pane.close());

describe('the screen', () => {
  test('has the input box between two rules above the status line', async () => {
    await pane.start();
    expect((await pane.screen()).slice(-4)).toEqual([RULE, '❯', RULE, READY]);
    await pane.paste('two\nlines');
    const screen = await pane.until((rows) => rows.at(-3) !== '❯');
    expect(screen.slice(-5)).toEqual([RULE, '❯ two', '  lines', RULE, READY]);
    expect(await pane.show('#{pane_title}')).toBe('✳ demo');
  });

  test('shows that it is busy, and keeps what is typed meanwhile', async () => {
    await pane.start();
    await pane.submit(prompt('demo hold x'));
    await pane.logged(turnId, 'text');
    await pane.keys('next', 'Enter');
    const screen = await pane.until((rows) => rows.at(-3) === '❯ next');
    expect(screen.at(-1)).toMatch(/^ {2}demo agent · working \d+s · esc to interrupt$/);
    expect(await pane.show('#{pane_title}')).toMatch(/^[\u2800-\u28ff] demo$/);
    pane.release('x');
    await pane.logged(turnId, 'stop');
    await pane.until((rows) => rows.at(-1) === READY && rows.at(-3) === '❯ next');
    expect(pane.prompts()).toHaveLength(1);
  });

  test('is the same after the terminal was resized', async () => {
    await pane.start();
    await pane.paste('in the box');
    for (const columns of [33, 120, 80]) {
      await pane.resize(columns, 20);
      const rule = '─'.repeat(columns);
      const box = [rule, '❯ in the box', rule];
      // Not its last line alone: tmux may be read while the agent draws.
      await pane.until(
        (rows) => isDeepStrictEqual(rows.slice(-4, -1), box) && rows.filter((row) => row.startsWith('─')).length === 2,
      );
    }
  });

  test('is cleaned up after pressing Ctrl-C twice', async () => {
    await pane.start();
    await pane.keys('C-c');
    await pane.until((rows) => rows.at(-1) === '  demo agent · ready · ctrl-c again to exit');
    await pane.keys('C-c');
    expect(await pane.exitCode()).toBe(0);
  });
});

describe('a prompt with an envelope', () => {
  test('is answered in its log', async () => {
    await pane.start();
    await pane.submit(prompt('Who sues Bosch?'));
    const log = await pane.logged(turnId, 'stop');
    expect(log[0]).toEqual({ event: 'prompt' });
    expect(kinds(log)).toEqual(['prompt', 'text', 'tool', 'tool', 'text', 'stop']);
    expect(answer(log)).toMatchObject({ malformed: false, meta: { classifierTag: 'lookup' } });
    expect(pane.prompts()).toEqual([noted('Who sues Bosch?')]);
    const screen = await pane.until((rows) => rows.at(-1) === READY);
    expect(screen.slice(-4)).toEqual([RULE, '❯', RULE, READY]);
  });

  test('may follow at once after the end of the one before', async () => {
    await pane.start(['--pace', '0']);
    for (let number = 0; number < 10; number++) {
      turnId = randomUUID();
      await pane.submit(prompt('demo at once'));
      const log = await pane.logged(turnId, 'stop');
      expect(answer(log).body).toBe('At once.');
    }
    expect(pane.prompts()).toHaveLength(10);
  });

  test.each([100, 1024])('of %d kB arrives exactly', async (kilobytes) => {
    await pane.start();
    const line = 'Zeile mit äöü, 漢字, 👍,\ta tab and a trailing space \n';
    const message = `demo at once\n${line.repeat((kilobytes * 1024) / line.length)}end`;
    await pane.submit(prompt(message));
    await pane.logged(turnId, 'stop');
    expect(pane.prompts()).toEqual([noted(message)]);
  });

  test('for 1 MB is answered exactly, while the screen shows the end of it', async () => {
    await pane.start();
    await pane.submit(prompt('demo long 1mb'));
    const { body } = answer(await pane.logged(turnId, 'stop'));
    expect(body === manyLines(1024 * 1024)).toBe(true);
    await pane.until((rows) => rows.some((row) => row.startsWith('  - Line 15912:')));
  });

  test('continues when it is released', async () => {
    await pane.start();
    await pane.submit(prompt('demo hold-first one'));
    await pane.until((rows) => rows.at(-1)?.includes('working') === true);
    expect(pane.log(turnId)).toEqual([{ event: 'prompt' }]);
    pane.release('one');
    expect(answer(await pane.logged(turnId, 'stop')).body).toBe('Both halves at the end.');

    turnId = randomUUID();
    await pane.submit(prompt('demo hold two'));
    await pane.onceLogged(() => answer(pane.log(turnId)).body === 'This is the first half.');
    pane.release('two');
    expect(answer(await pane.logged(turnId, 'stop')).body).toBe('This is the first half. This is the second half.');
  });
});

describe('Escape', () => {
  test('ends an answer', async () => {
    await pane.start();
    await pane.submit(prompt('demo slow 600'));
    await pane.logged(turnId, 'text');
    await pane.keys('Escape');
    const log = await pane.logged(turnId, 'interrupted');
    expect(kinds(log)).toEqual(['prompt', 'text', 'interrupted']);
    expect((await pane.until((rows) => rows.at(-1) === READY)).at(-3)).toBe('❯');
  });

  test('before the first text puts the prompt back into the box', async () => {
    await pane.start();
    const message = `demo silent 600\n${'more\n'.repeat(30)}`;
    await pane.submit(prompt(message));
    await pane.logged(turnId, 'prompt');
    await pane.keys('Escape');
    const log = await pane.logged(turnId, 'interrupted');
    expect(kinds(log)).toEqual(['prompt', 'interrupted']);
    await pane.until((rows) => rows.at(-3) === '❯ [Pasted text #1 +32 lines]');
    await pane.keys('C-u');
    await pane.until((rows) => rows.at(-3) === '❯');
  });
});

describe('a dialog', () => {
  test('asks for permission, and is answered at the terminal', async () => {
    await pane.start();
    await pane.submit(prompt('demo approve delete file x'));
    const [, request] = await pane.logged(turnId, 'approval');
    expect(request).toEqual({
      event: 'approval',
      id: 'approval-1',
      title: 'Allow: delete file x?',
      options: [
        { id: 'allow', label: 'Yes' },
        { id: 'deny', label: 'No' },
      ],
      kind: 'permission',
      tool: 'Bash',
      detail: 'delete file x',
    });
    const screen = await pane.until((rows) => rows.at(-1) === '  demo agent · dialog · 1 or 2');
    expect(screen.slice(-6, -1)).toEqual([
      '╭─ Permission ──────────╮',
      '│ Allow: delete file x? │',
      '╰───────────────────────╯',
      '  1. Yes',
      '  2. No',
    ]);
    expect(screen).not.toContain(RULE);
    await pane.keys('2');
    const log = await pane.logged(turnId, 'stop');
    expect(kinds(log)).toEqual(['prompt', 'approval', 'approval-closed', 'text', 'stop']);
    expect(answer(log)).toMatchObject({
      body: 'You denied it, so I did not: delete file x',
      meta: { classifierTag: 'deny' },
    });
  });

  test('is closed by a decision file beside the log', async () => {
    await pane.start();
    await pane.submit(prompt('demo approve delete file x'));
    await pane.logged(turnId, 'approval');
    await pane.until((rows) => rows.at(-1) === '  demo agent · dialog · 1 or 2');
    pane.leave(`${turnId}.approval-1.decision`, JSON.stringify({ option: 'deny', message: 'It is *needed*.' }));
    const log = await pane.logged(turnId, 'stop');
    expect(kinds(log)).toEqual(['prompt', 'approval', 'approval-closed', 'text', 'stop']);
    expect(answer(log).body).toBe('You denied it, so I did not: delete file x\n\n> It is \\*needed\\*.');
    expect((await pane.until((rows) => rows.at(-1) === READY)).at(-3)).toBe('❯');
  });

  test.each([
    [{ option: 'overdue' }, 'You chose: The overdue cases'],
    [{ option: 'open', answers: { 'Which cases do you want to see?': 'Those of Bosch' } }, 'You chose: Those of Bosch'],
    [{ option: 'deny' }, 'You chose none, so I show none.'],
  ])('that is a question takes an option, or words: %j', async (decision, body) => {
    await pane.start();
    await pane.submit(prompt('demo ask'));
    const [, request] = await pane.logged(turnId, 'approval');
    expect(request).toMatchObject({ kind: 'question', questions: [{ several: false, options: [{}, {}, {}] }] });
    pane.leave(`${turnId}.approval-1.decision`, JSON.stringify(decision));
    expect(answer(await pane.logged(turnId, 'stop')).body).toBe(body);
  });

  test('closes when the turn is interrupted', async () => {
    await pane.start();
    await pane.submit(prompt('demo ask'));
    await pane.logged(turnId, 'approval');
    await pane.keys('Escape');
    const log = await pane.logged(turnId, 'interrupted');
    expect(kinds(log)).toEqual(['prompt', 'approval', 'approval-closed', 'interrupted']);
  });

  test('that opens by itself stays, and takes no paste', async () => {
    await pane.start();
    await pane.submit(prompt('demo dialog'));
    await pane.logged(turnId, 'stop');
    const open = await pane.until((rows) => rows.at(-1) === '  demo agent · dialog · 1 or 2');
    expect(open).toContain('│ Trust this folder? │');
    await pane.paste('lost');
    await pane.keys('Escape', 'x');
    await pane.keys('1');
    expect((await pane.until((rows) => rows.at(-1) === READY)).at(-3)).toBe('❯');
    expect(pane.prompts()).toHaveLength(1);
  });
});

describe('misbehaviour', () => {
  test('crash: half an answer and the exit code', async () => {
    await pane.start();
    await pane.submit(prompt('demo crash 9'));
    expect(await pane.exitCode()).toBe(9);
    const log = pane.log(turnId);
    expect(kinds(log)).toEqual(['prompt', 'text']);
    expect(answer(log).body).toBe('This is half of an answer, and the other half');
  });

  test.each([
    ['hang', [{ event: 'prompt' }]],
    ['deaf', []],
  ])('%s: never reacts again', async (name, log) => {
    await pane.start();
    await pane.submit(prompt(`demo ${name}`));
    const hung = await pane.until((rows) => rows.at(-1) === '  demo agent · working 0s · esc to interrupt');
    await pane.keys('Escape', 'C-c', 'C-c');
    await pane.keys('x', 'Enter');
    // Another size makes tmux ask the program to draw again; it doesn't.
    await pane.resize(80, 30);
    expect(await pane.screen()).toEqual(hung);
    expect(await pane.show('#{pane_dead}')).toBe('0');
    expect(pane.log(turnId)).toEqual(log);
    expect(pane.prompts()).toEqual([noted(`demo ${name}`)]);
  });

  test('garbage: the terminal is usable after it', async () => {
    await pane.start();
    await pane.submit(prompt('demo garbage 100kb'));
    await pane.logged(turnId, 'stop');
    await pane.until((rows) => rows.slice(-4).join() === [RULE, '❯', RULE, READY].join());
    expect(await pane.show('#{pane_title}')).toBe('✳ demo');
    turnId = randomUUID();
    await pane.submit(prompt('demo at once'));
    expect(answer(await pane.logged(turnId, 'stop')).body).toBe('At once.');
  });

  test('raw: a newline in a paste is an Enter, until it is cooked again', async () => {
    await pane.start();
    await pane.submit(prompt('demo raw'));
    await pane.logged(turnId, 'stop');
    await pane.paste('demo cooked\r');
    await pane.onceLogged(() => pane.prompts().length === 2);
    expect(pane.prompts()[1]).toMatchObject({ turnId: null, message: 'demo cooked' });
    await pane.until((rows) => rows.includes('● Bracketed paste is on again.') && rows.at(-1) === READY);
    await pane.paste('one\rtwo');
    const screen = await pane.until((rows) => rows.at(-3) !== '❯');
    expect(screen.slice(-5)).toEqual([RULE, '❯ one', '  two', RULE, READY]);
  });

  test('background: works by itself after the answer, without a trace in a log', async () => {
    await pane.start();
    await pane.submit(prompt('demo background later'));
    await pane.logged(turnId, 'stop');
    await pane.until(
      (rows) => rows.at(-1)?.includes('working') === true && rows.includes('● A background task has finished.'),
    );
    pane.release('later');
    await pane.until((rows) => rows.at(-1) === READY);
    expect(kinds(pane.log(turnId))).toEqual(['prompt', 'text', 'stop']);
    expect(readdirSync(pane.logs).toSorted()).toEqual([`${turnId}.jsonl`, 'prompts.jsonl', 'release-later'].toSorted());
  });
});

describe('a prompt without an envelope', () => {
  test('is answered on the screen only', async () => {
    await pane.start();
    await pane.keys('demo at once', 'Enter');
    await pane.until((rows) => rows.includes('● At once.'));
    expect(pane.prompts()).toEqual([{ ...noted('demo at once'), turnId: null }]);
    expect(readdirSync(pane.logs)).toEqual(['prompts.jsonl']);
  });

  test('/exit ends the program', async () => {
    await pane.start();
    await pane.keys('/help', 'Enter');
    await pane.until((rows) => rows.includes('  /exit') && rows.at(-1) === READY);
    await pane.keys('/exit', 'Enter');
    expect(await pane.exitCode()).toBe(0);
    expect(pane.prompts()).toEqual([]);
  });
});

describe('reply files', () => {
  test('appear whole when the answer is finished, and not before', async () => {
    await pane.start(['--reply-files']);
    const file = join(pane.logs, 'reply.md');
    await pane.submit(prompt('demo hold x', file));
    await pane.until((rows) => rows.includes('● This is the first half.'));
    expect(readdirSync(pane.logs)).toEqual(['prompts.jsonl']);
    pane.release('x');
    await pane.onceLogged(() => existsSync(file));
    expect(splitTrailer(readFileSync(file, 'utf8'))).toMatchObject({
      body: 'This is the first half. This is the second half.',
      meta: { classifierTag: 'demo' },
    });
    expect(readdirSync(pane.logs).toSorted()).toEqual(['prompts.jsonl', 'release-x', 'reply.md']);
  });

  test('carry garbage byte by byte', async () => {
    await pane.start(['--reply-files', '--pace', '0']);
    const file = join(pane.logs, 'reply.md');
    await pane.submit(prompt('demo garbage 1mb', file));
    await pane.onceLogged(() => existsSync(file));
    const reply = readFileSync(file);
    expect(reply.lastIndexOf('\n\n<!-- paliadin')).toBe(1024 * 1024);
    expect(reply.includes(Buffer.from([0xff, 0xfe, 0xf8, 0x88]))).toBe(true);
  });

  test.each([
    ['demo limit', '✗ Usage limit reached: resets 3pm'],
    ['demo silent 600', '  ⎿ Interrupted'],
  ])('don’t appear when there is no answer: %s', async (message, end) => {
    await pane.start(['--reply-files']);
    await pane.submit(prompt(message, join(pane.logs, 'reply.md')));
    await pane.onceLogged(() => pane.prompts().length === 1);
    await pane.keys('Escape');
    await pane.until((rows) => rows.includes(end) && rows.at(-1) === READY);
    expect(readdirSync(pane.logs)).toEqual(['prompts.jsonl']);
  });
});

describe('a conversation', () => {
  test('continues after a restart, independently of other conversations', async () => {
    const directory = join(pane.directory, 'conversations');
    const said = async (conversation: string, message: string) => {
      await pane.start(['--pace', '0', '--conversation-dir', directory, '--conversation', conversation]);
      turnId = randomUUID();
      await pane.submit(prompt(message));
      const { body } = answer(await pane.logged(turnId, 'stop'));
      await pane.stop();
      return body;
    };
    await said('c-1', 'Who sues Bosch?');
    expect(await said('c-1', 'And why?')).toContain(
      'This is question 2 of our conversation; before, you asked “Who sues Bosch?”',
    );
    expect(await said('c-1', 'demo memory')).toBe('1. Who sues Bosch?\n2. And why?');
    expect(await said('c-2', 'demo memory')).toBe('This is your first question.');
  });
});

function prompt(message: string, replyFile?: string): string {
  return composePrompt({ turnId, locale: 'en', replyFile }, message);
}

function noted(message: string) {
  const sha256 = createHash('sha256').update(message).digest('hex');
  return { turnId, message: message.slice(0, 500), sha256, bytes: Buffer.byteLength(message) };
}

/** The events in order, several of a kind in a row as one; but a tool's each. */
function kinds(log: AgentLogEntry[]): string[] {
  return log.map(({ event }) => event).filter((event, index, all) => event !== 'text' || all[index - 1] !== 'text');
}

function answer(log: AgentLogEntry[]) {
  return splitTrailer(log.map((entry) => (entry.event === 'text' ? entry.delta : '')).join(''));
}
