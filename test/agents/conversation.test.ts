/** What happens in a conversation beside its turns: a prompt at the terminal, or the agent loses the conversation. */
import { existsSync, globSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { splitTrailer } from '../../src/contract/trailer.ts';
import { until } from '../support/until.ts';
import { type ClaudeHost, claudeHost } from './claude-host.ts';
import { installedVersions } from './claude-owner.ts';
import { OWNER } from './model/request.ts';
import { startLocal } from './started-claude.ts';

async function answerTo(host: ClaudeHost, message: string) {
  const asked = host.ask(message);
  expect(await asked.outcome).toMatchObject({ state: 'done', code: null, detail: null });
  return {
    notices: asked.told.flatMap((update) => (update.type === 'notice' ? [update.notice] : [])),
    text: splitTrailer(asked.text).body,
  };
}

async function askAtTerminal(host: ClaudeHost, message: string): Promise<void> {
  const text = `${OWNER}${message}`;
  const screen = () => host.tmux('one', 'capture-pane', '-p');
  host.tmux('one', 'send-keys', '-l', text);
  await until('the typed text', () => screen().includes(text));
  host.tmux('one', 'send-keys', 'Enter');
}

/** While its menu is being drawn, a key is lost. */
async function clear(host: ClaudeHost): Promise<void> {
  const screen = () => host.tmux('one', 'capture-pane', '-p');
  host.tmux('one', 'send-keys', '-l', '/clear');
  await until('the command', () => /❯\s\/clear/.test(screen()));
  let pressedAt = Number.NEGATIVE_INFINITY;
  await until('an empty conversation', () => {
    if (performance.now() - pressedAt > 1_000 && /❯\s\/clear\s*\n─/.test(screen())) {
      pressedAt = performance.now();
      host.tmux('one', 'send-keys', 'Enter');
    }
    return !screen().includes('12 open cases') && /\n❯\s*\n─/.test(screen());
  });
}

/** It writes to its transcript until it is gone. */
async function endAgent(host: ClaudeHost): Promise<void> {
  const pid = Number(host.tmux('one', 'display-message', '-p', '#{pane_pid}'));
  host.tmux('one', 'kill-server');
  await until('the end of the terminal', async () => (await host.sessions()).every(({ live }) => !live));
  await until('the end of the agent', () => !existsSync(`/proc/${pid}`));
}

describe.each(installedVersions('newest'))('Claude Code $name', ({ program }) => {
  test('reports with the next turn that a prompt was typed at its terminal, without its text', async () => {
    const host = await claudeHost(program);
    await answerTo(host, 'demo at once');
    await askAtTerminal(host, 'demo long 2kb');
    await until('the answer', () => host.tmux('one', 'capture-pane', '-p').includes('Line 20'));
    const next = await answerTo(host, 'demo at once');
    expect(next).toEqual({ notices: ['terminal'], text: 'At once.' });
    expect(await answerTo(host, 'demo at once')).toEqual({ notices: [], text: 'At once.' });
  });

  test('continues the conversation begun at its terminal, also after the agent has ended', async () => {
    const host = await claudeHost(program);
    await answerTo(host, 'Which cases are open?');
    await clear(host);
    const anew = await answerTo(host, 'Which cases are open?');
    expect(anew).toEqual({ notices: ['new-conversation'], text: 'There are 12 open cases.' });
    await host.acknowledge('one', host.model.questions.at(-1)?.turnId ?? ''); // it is in the transcript
    await endAgent(host);
    const next = await answerTo(host, 'And which are due?');
    expect(next.notices).toEqual([]);
    expect(next.text).toContain('question 2 of our conversation');
  });

  test('starts a new conversation with a notice when its own was cleared and nothing was asked since', async () => {
    const host = await claudeHost(program);
    await answerTo(host, 'Which cases are open?');
    await clear(host);
    await endAgent(host);
    const next = await answerTo(host, 'Which cases are open?');
    expect(next).toEqual({ notices: ['new-conversation'], text: 'There are 12 open cases.' });
  });

  test.each([
    ['is gone', (file: string) => rmSync(file)],
    ['is empty', (file: string) => truncateSync(file)],
    ['holds nothing of it', (file: string) => writeFileSync(file, '{"type":"summary"}\n')],
  ])('starts a new conversation with a notice when its transcript %s', async (_how, lose) => {
    const host = await claudeHost(program);
    await answerTo(host, 'demo at once');
    await endAgent(host);
    const [transcript = ''] = globSync(join(host.projects, '*', '*.jsonl'));
    lose(transcript);
    expect((await answerTo(host, 'demo at once')).notices).toEqual(['new-conversation']);
    expect((await answerTo(host, 'demo at once')).notices).toEqual([]);
  });
});

describe.each(installedVersions())('Claude Code $name', ({ program }) => {
  test('keeps two conversations of one person apart, that run at once, and after each was continued', {
    timeout: 180_000,
  }, async () => {
    const { gateway, model } = await startLocal(program);
    const anna = await gateway.as('anna');
    const { session } = await anna.me();
    const begun = await anna.call('POST', '/api/conversations', { body: {} });
    const { sessionId } = (await begun.json()) as { sessionId: string };
    const both = [session.name, sessionId];
    for (const round of [1, 2]) {
      const held = await anna.ask(`model wait round${round}`, { sessionId: session.name });
      await until('the first to be asked', () => model.questions.at(-1)?.turnId === held.turnId, 60_000);
      // Answered while the other one waits for its model.
      const other = await anna.answer(`Which cases are open?\nmark: other-${round}`, { sessionId });
      expect(other).toMatchObject({ status: 'completed', sessionId });
      model.release(`round${round}`);
      expect(await anna.finished(held.turnId)).toMatchObject({ status: 'completed', response: 'At last.' });
    }
    const last = await Promise.all(both.map((one) => anna.answer('Which cases are due?', { sessionId: one })));
    for (const { response } of last) expect(response).toContain('This is question 3 of our conversation.');
    expect(model.conversations.filter((messages) => messages.length === 3).toSorted()).toEqual(
      [
        ['model wait round1', 'model wait round2', 'Which cases are due?'],
        ['Which cases are open?\nmark: other-1', 'Which cases are open?\nmark: other-2', 'Which cases are due?'],
      ].toSorted(),
    );
    await anna.call('DELETE', `/api/conversations/${sessionId}`);
    const after = await anna.answer('Which cases are open?', { sessionId: session.name });
    expect(after.response).toContain('This is question 4 of our conversation.');
  });
});
