/** What can be read from the screen only. The files are captures of real panes. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { claudeRests, readClaude, retrying } from '../../../../src/host/agents/claude/screen.ts';
import { VERSIONS } from './read-lines.ts';

describe.each(VERSIONS)('Claude Code %s shows', (version) => {
  const screen = (name: string) => {
    const file = new URL(`../screens/claude-${version}/${name}.txt`, import.meta.url);
    const [head = '', ...lines] = readFileSync(file, 'utf8').split('\n');
    const [, column, row, title = ''] = /^(\d+),(\d+) (.*)$/.exec(head) ?? [];
    return { lines, cursor: { row: Number(row), column: Number(column) }, title };
  };

  test('that it retries a request, and which attempt it is', () => {
    expect(retrying(screen('retrying'), null)).toEqual({
      id: 'retrying',
      title: expect.stringMatching(/^The model’s service does not answer; asking again \(\d+ of 10\)$/),
      status: 'running',
    });
    for (const name of ['busy', 'answered', 'trust']) expect(retrying(screen(name), null)).toBeNull();
  });

  test('a dialog, and what to do about it', () => {
    const known = readClaude(screen('trust'));
    expect(known).toMatchObject({ state: 'dialog', text: expect.stringMatching(/^Claude Code asks whether to trust/) });
    expect(readClaude(screen('command'))).toMatchObject({
      state: 'dialog',
      text: expect.stringMatching(/^Bash command/),
    });
  });

  test('that it is idle', () => {
    const rests = ['answered', 'interrupted', 'text', 'busy', 'retrying', 'command'].filter((name) =>
      claudeRests(screen(name)),
    );
    expect(rests).toEqual(['answered', 'interrupted', 'text']);
  });
});

test('earlier output that looks like a retry is not read as one', () => {
  const said = '● The log says: retrying in 2s · attempt 3/10';
  const lines = [said, '─'.repeat(40), '❯ ', '─'.repeat(40), '  esc to interrupt'];
  expect(retrying({ lines, cursor: { row: 2, column: 2 }, title: '' }, null)).toBeNull();
});
