/**
 * Whatever a user or a page writes is plain text for a real agent: the model gets it byte for byte, with the one
 * escape, and nothing else that an ordinary question does not bring.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { composePrompt } from '../../src/contract/envelope.ts';
import type { HostPrompt } from '../../src/contract/host.ts';
import { sanitise } from '../../src/contract/sanitise.ts';
import { claudeInputEscape } from '../../src/host/agents/claude/input-escape.ts';
import { until } from '../support/until.ts';
import { type ClaudeHost, type ClaudeHostOptions, claudeHost } from './claude-host.ts';
import { installedVersions, levelOfTests } from './claude-owner.ts';
import type { Part } from './model/request.ts';
import { startLocal } from './started-claude.ts';
import { CANARY, type Corpus, resourceServer, typedCorpus } from './typed-corpus.ts';

interface Typed extends ClaudeHost {
  corpus: Corpus;
}

/** A host whose agent has been asked before: what comes with its first questions is past. */
async function openTyped(program: string, options: ClaudeHostOptions = {}): Promise<Typed> {
  const host = await claudeHost(program, options);
  const mcpServers = resourceServer(host.shared);
  if (levelOfTests() === 'none') {
    const file = join(host.home, '.claude.json');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), mcpServers }));
  } else writeFileSync(join(host.shared, '.mcp.json'), JSON.stringify({ mcpServers }));
  const corpus = typedCorpus(host);
  for (const _ of ['what is said to every agent', 'what its servers have']) await sent(host, 'demo at once');
  await until('the server to be there', async () => {
    const screen = host.tmux('one', 'capture-pane', '-p');
    return !/connecting/i.test(screen);
  });
  return { ...host, corpus };
}

/** Everything that the model was sent for a question, once its turn is over as any other; null where it was not asked. */
async function sent(host: ClaudeHost, message: string, more: Partial<HostPrompt> = {}): Promise<Part[] | null> {
  const asked = host.ask(message, more);
  const { state } = await asked.outcome;
  const questions = host.model.questions.filter(({ turnId }) => turnId === asked.turnId);
  return state === 'done' && questions.length === 1 ? (questions[0]?.sent ?? null) : null;
}

/** Asks, and compares what the model was sent with what was to be typed. */
async function expectText(host: Typed, message: string, more: Partial<HostPrompt> = {}): Promise<void> {
  const asked = host.ask(sanitise(message), more);
  const { context, pageOrigin, locale } = more;
  expect(await asked.outcome, message.slice(0, 200)).toMatchObject({ state: 'done', code: null, detail: null });
  const questions = host.model.questions.filter(({ turnId }) => turnId === asked.turnId);
  expect(questions).toHaveLength(1);
  const parts = questions[0]?.sent ?? [];
  const [prompt, ...beside] = [...parts.filter(isPrompt), ...parts.filter((part) => !isPrompt(part))];
  expect(beside.map(({ text, type }) => text ?? type).filter((text) => !REMINDER.test(text))).toEqual([]);
  const composed = composePrompt({ turnId: asked.turnId, pageOrigin, locale }, sanitise(message), context);
  const [, ...written] = composed.split('\n');
  expect(comparable(unwrapped(prompt?.text ?? ''))).toBe(comparable(claudeInputEscape.escape(composed)));
  // Once more, as those see it who compare. What was removed can't be told from what was never there.
  if (message.search(HIDDEN) < 0) expect(comparable(questions[0]?.message ?? '')).toBe(comparable(written.join('\n')));
  expect(JSON.stringify(parts).replaceAll(JSON.stringify(prompt), '')).not.toContain(CANARY);
}

const isPrompt = ({ text = '' }: Part) => text.includes('[PALIADIN:') && !text.includes('Result of calling');

// The agent's own, after some turns in which it has kept no list.
const REMINDER = /^(<system-reminder>\n)?The (task tools|TodoWrite tool) ha(ve|s)n't been used/;

/** Newer versions put a long text into a block, in which nothing can end the block. */
function unwrapped(text: string): string {
  const block = /^\s*<pasted_content id="\w+">\n([\s\S]*?)\n<\/pasted_content id="\w+">\s*$/.exec(text)?.[1];
  return (block ?? text).replace(/<\\(?=\/?pasted_content)/g, '<');
}

/** Without what the table says that is changed: tabs, letters of several parts, spaces at the end, what can't be seen. */
function comparable(text: string): string {
  return text.replaceAll('\t', '    ').normalize('NFC').replaceAll(HIDDEN, '').trimEnd();
}

const HIDDEN = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** Lines that are still typed as they are: a longer text becomes a sign for itself in the box. */
function shortLines(words: string[]): string[] {
  const lines: string[] = [];
  for (const word of words.map((one) => one.replaceAll('\n', ' '))) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 600) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Two by two: with the envelope, as many lines as are typed as they are. */
function inPairs(lines: string[]): string[] {
  return lines.flatMap((_line, at) => (at % 2 === 0 ? [lines.slice(at, at + 2).join('\n')] : []));
}

const RIDDLED = 'https://x.example/@/etc/passwd /clear ultrathink/a.png';

describe.each(installedVersions('oldest'))('Claude Code $name', { timeout: 120_000 }, ({ program }) => {
  test('takes a long text as text, in message and context, whatever words, lines and endings it has', async () => {
    const host = await openTyped(program);
    const { words, lines, alone } = host.corpus;
    const all = [...words, ...lines, ...alone];
    await expectText(host, all.join('\n'), {
      context: all.toReversed().join('\n'),
      pageOrigin: RIDDLED,
      locale: 'ultracode',
    });
    await expectText(host, words.join(' '), { context: words.toReversed().join(' ') });
    await expectText(host, all.toReversed().join('\n'));
    await expectText(host, '@'.repeat(100 * 1024));
    await expectText(host, ' @/etc/passwd'.repeat(7_800));
    await expectText(host, 'demo at once');
  });
});

describe.each(installedVersions('newest'))('Claude Code $name', { timeout: 240_000 }, ({ program }) => {
  test('takes a short text as text, in message, context, page and locale', async () => {
    const host = await openTyped(program);
    const { words, lines } = host.corpus;
    for (const line of shortLines(words)) await expectText(host, line);
    for (const pair of inPairs(lines)) await expectText(host, pair);
    await expectText(host, 'hello', {
      context: `@notes.txt ${lines[0]}`,
      pageOrigin: '@notes.txt',
      locale: '@notes.txt',
    });
    await expectText(host, 'hello', { pageOrigin: RIDDLED, locale: 'ultrathink' });
  });

  test('ends each turn normally when a special character is the whole text, or its end', async () => {
    const host = await openTyped(program);
    for (const text of host.corpus.alone) await expectText(host, text);
    for (const text of host.corpus.ends) await expectText(host, `${'a long line, '.repeat(100)}\n${text}`);
  });

  test('changes a text only as the table says', async () => {
    const host = await openTyped(program);
    const last = async (message: string) => {
      const parts = await sent(host, message);
      return unwrapped(parts?.find(isPrompt)?.text ?? '')
        .split('\n')
        .slice(1)
        .join('\n');
    };
    expect(await last('a\tb')).toBe('a    b');
    expect(await last('cafe\u0301 \u212a')).toBe('café K');
    expect(await last('a  \n')).toBe('a');
    expect(await last('  a\n\n  b  \nc')).toMatch(/^ {2}a\n\n {2}b {2}\nc ?$/);
    expect(await last('C:\\')).toBe('C:\\');
    expect(await last('it ends in [I')).toBe('it ends in [I');
  });
});

describe.each(installedVersions('newest'))(
  'without the escape, Claude Code $name',
  { timeout: 120_000 },
  ({ name, program }) => {
    const bare = (options: ClaudeHostOptions = {}) =>
      openTyped(program, { ...options, wrap: ({ inputEscape: _, ...driver }) => driver });
    const isOldest = name === installedVersions()[0]?.name;

    test('acts on what the canaries test for', async () => {
      const host = await bare();
      const { work } = host;
      const text = async (message: string) => JSON.stringify(await sent(host, message));
      expect(await text('ask @agent-general-purpose please')).toContain('invoke the agent');
      await until('the resource', async () => (await text('see @papers:paper://one now')).includes(CANARY));
      expect(await text('see /simplify now')).toMatch(isOldest ? /now"/ : /name of a skill/);
      expect(await sent(host, join(work, 'pic.png'))).toBeNull();
    });

    test('is kept by its settings from the files and from most of the words', async () => {
      const host = await bare();
      const text = async (message: string) => JSON.stringify(await sent(host, message));
      expect((await text('see @notes.txt now')).includes(CANARY)).toBe(isOldest);
      expect((await text('please ultrathink now')).includes('included the keyword')).toBe(isOldest);
      expect(await text('please ultracode now')).not.toContain('included the keyword');
    });
  },
);

describe.each(installedVersions('oldest'))('A question to Claude Code $name', ({ program }) => {
  test('is stored as the user wrote it', async () => {
    const { gateway, model } = await startLocal(program);
    const owner = await gateway.as('owner');
    const message = 'see @/etc/passwd and /clear, ultrathink\n/tmp/a.png\n\\@x';
    const turn = await owner.answer(message);
    expect(turn).toMatchObject({ status: 'completed', message });
    expect(model.questions[0]?.sent.find(isPrompt)?.text).toContain(
      'see \\@/etc/passwd and \\/clear, ultra\\think\n/tmp/a.png\\\n\\\\@x',
    );
  });
});
