import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { splitTrailer } from '../../src/contract/trailer.ts';
import { trustOf } from '../../src/host/agents/claude/trust.ts';
import type { Asked } from '../host/test-host.ts';
import { until } from '../support/until.ts';
import { answerDialog, type ClaudeHost, type ClaudeHostOptions, claudeHost } from './claude-host.ts';
import { installedVersions, levelOfTests } from './claude-owner.ts';
import { OWNER } from './model/request.ts';

const bodyOf = (asked: Asked) => splitTrailer(asked.text).body;

/** That the agent is none the worse for it. */
async function answersNext(host: ClaudeHost): Promise<void> {
  const next = host.ask('demo at once');
  expect(await next.outcome).toMatchObject({ state: 'done' });
  expect(bodyOf(next)).toBe('At once.');
}

const screen = (host: ClaudeHost) => host.tmux('one', 'capture-pane', '-p');
const toolsOf = (asked: Asked) =>
  asked.told.flatMap((update) => (update.type === 'tool' ? [`${update.tool.title}: ${update.tool.status}`] : []));
const askedModel = (host: ClaudeHost, asked: Asked) =>
  until('the model to be asked', () => host.model.questions.some(({ turnId }) => turnId === asked.turnId));

describe.each(installedVersions('oldest'))('Claude Code $name', ({ name, program }) => {
  const open = (options?: ClaudeHostOptions) => claudeHost(program, options);

  describe('an answer', () => {
    test('has all text, before and after tools, and the tools are shown', async () => {
      const host = await open({ settings: { permissions: { allow: ['Bash(true)'] } } });
      const asked = host.ask('model tools');
      expect(await asked.outcome).toMatchObject({ state: 'done', detail: null });
      expect(bodyOf(asked)).toBe('I look at the files.\n\nAnd into one.\n\nThere are none.');
      expect(toolsOf(asked)).toEqual([
        'Running a command: running',
        'Running a command: done',
        'Reading a file: running',
        // It asks for leave, and nobody is there to give it.
        'Reading a file: failed',
      ]);
      expect(await host.acknowledge('one', asked.turnId)).toMatchObject({
        model: expect.stringMatching(/^claude-/),
        inputTokens: 360,
        cachedTokens: 90,
        outputTokens: 123,
        tools: [
          { name: 'Bash', count: 1, ms: expect.any(Number) },
          { name: 'Read', count: 1, ms: 0 },
        ],
      });
    });

    test('comes even if the owner has more rules than a command line can hold', async () => {
      const allow = ['Bash(true)', ...Array.from({ length: 500 }, (_, at) => `Bash(a-command-of-the-owner-${at})`)];
      const host = await open({ settings: { permissions: { allow } } });
      const asked = host.ask('model tools');
      expect(await asked.outcome).toMatchObject({ state: 'done', detail: null });
      expect(toolsOf(asked)).toContain('Running a command: done');
    });

    test('is never the one of an earlier turn', async () => {
      const host = await open({ settings: { permissions: { allow: ['Bash(true)'] } } });
      await answersNext(host);
      const asked = host.ask('model silent');
      expect(await asked.outcome).toMatchObject({ code: 'agent_error', detail: 'the agent ended without a word' });
      expect(asked.text).toBe('');
      await answersNext(host);
    });

    test('goes on after a background task', async () => {
      const host = await open({ settings: { permissions: { allow: ['Bash'] } } });
      const asked = host.ask('model background for i in 1 2; do sleep 1; done');
      expect(await asked.outcome).toMatchObject({ state: 'done', detail: null });
      expect(asked.text.match(/It runs\./g)).toHaveLength(2);
      await answersNext(host);
    });

    test('goes on when the owner’s Stop hook makes the agent continue', async () => {
      const command = `grep -q '"stop_hook_active":true' || { echo 'not yet' >&2; exit 2; }`;
      const host = await open({ settings: { hooks: { Stop: [{ hooks: [{ type: 'command', command }] }] } } });
      const asked = host.ask('demo at once');
      expect(await asked.outcome).toMatchObject({ state: 'done', detail: null });
      expect(asked.text.match(/At once\./g)).toHaveLength(2);
      const next = host.ask('demo at once');
      expect(await next.outcome).toMatchObject({ state: 'done', detail: null });
      expect(next.told.filter(({ type }) => type === 'notice')).toEqual([]);
    });

    test('that reached the model’s token limit ends with a mark', async () => {
      const host = await open();
      const asked = host.ask('model cut');
      expect(await asked.outcome).toMatchObject({
        state: 'done',
        detail: expect.stringContaining('limit of output tokens'),
      });
      expect(asked.text).toMatch(/^This is half of[\s\S]*\n\n\[…\]$/);
      await answersNext(host);
    });

    test('comes after failed requests to the model’s service, which are shown', async () => {
      const host = await open();
      const asked = host.ask('model failing 3');
      expect(await asked.outcome).toMatchObject({ state: 'done' });
      expect(bodyOf(asked)).toBe('After all.');
      expect(toolsOf(asked).join('\n')).toMatch(/service does not answer; asking again \(\d of 10\): running/);
    });

    test('whose connection broke in the middle is generated again', async () => {
      const host = await open();
      const asked = host.ask('model drop');
      expect(await asked.outcome).toMatchObject({ state: 'done' });
      expect(bodyOf(asked)).toBe('One.\nTwo.\nThree.');
      await answersNext(host);
    });

    test('of one long line is complete', async () => {
      const host = await open();
      const asked = host.ask('demo line 100kb');
      await asked.outcome;
      expect(bodyOf(asked)).toHaveLength(100 * 1024);
    });
  });

  describe('a failure is reported:', () => {
    test.each([
      ['an unknown model', 'model status 404', {}, 'agent_error', /model.*choose another model/i],
      ['a request that is refused', 'model status 400', {}, 'agent_error', /400/],
      ['a refusal of the model', 'model refuse', {}, 'agent_error', /safeguards|unable to respond|Usage Policy/i],
      ['no sign-in', 'demo at once', { signedIn: 'no' }, 'agent_error', /Not logged in.*sign in at the terminal/],
      [
        'a sign-in that has run out',
        'model status 401',
        { signedIn: 'subscription' },
        'agent_error',
        /login.*sign in at the terminal/,
      ],
    ] as [string, string, ClaudeHostOptions, string, RegExp][])('%s', async (_what, message, options, code, detail) => {
      const host = await open(options);
      expect(await host.ask(message).outcome).toMatchObject({
        state: 'failed',
        code,
        detail: expect.stringMatching(detail),
      });
    });

    test('a usage limit, with when it resets; and the next question is answered', async () => {
      const host = await open({ signedIn: 'subscription' });
      const outcome = await host.ask('model limit').outcome;
      expect(outcome).toMatchObject({ code: 'agent_limit', detail: expect.stringMatching(/limit · resets \d/) });
      await answersNext(host);
    });

    // In a sandbox it works in a directory of ours.
    test.skipIf(levelOfTests() === 'sandbox')(
      'a directory that is not trusted: nothing is typed until somebody has answered',
      async () => {
        const host = await open({ trusted: false });
        const asked = host.ask('demo at once');
        const outcome = await asked.outcome;
        expect(outcome).toMatchObject({ code: 'agent_not_ready', detail: expect.stringContaining('trust') });
        expect((await host.turn('one', asked.turnId, 0)).state).toBe('absent');
        expect(host.model.questions).toEqual([]);
        // Some versions propose to leave.
        if (screen(host).includes('❯ No')) host.tmux('one', 'send-keys', 'Down');
        await until('the choice', () => /❯ (\d\. )?Yes/.test(screen(host)));
        await answerDialog(host);
        expect(await host.ask('demo at once', { turnId: asked.turnId }).outcome).toMatchObject({ state: 'done' });
      },
    );

    // At the other levels it works in a directory of ours.
    test.skipIf(levelOfTests() !== 'none')('a repository that is not trusted, as `doctor` predicts', async () => {
      const host = await open({ trusted: 'above' });
      mkdirSync(join(host.work, '.git'));
      writeFileSync(join(host.work, '.git', 'HEAD'), 'ref: refs/heads/main\n');
      const { by } = trustOf(host.work, name, (directory) => directory === dirname(host.work));
      const code = by === null ? 'agent_not_ready' : null;
      expect(await host.ask('demo at once').outcome).toMatchObject({ code });
    });

    test('a killed agent; the conversation continues with the next question', async () => {
      const host = await open();
      await host.ask('Which cases are open?').outcome;
      const asked = host.ask('demo hold x');
      await asked.hears('chunk');
      // It saves a moment after it has answered; what it has not saved nobody can continue.
      const transcripts = () => globSync(join(host.projects, '*', '*.jsonl')).map((file) => readFileSync(file, 'utf8'));
      await until('the first answer in its record', () => transcripts().join().includes('There are 12 open cases.'));
      process.kill(Number(host.tmux('one', 'display-message', '-p', '#{pane_pid}')), 'SIGKILL');
      expect(await asked.outcome).toMatchObject({ code: 'agent_stopped', detail: 'the agent has ended: signal 9' });
      const next = host.ask('And which are due?');
      expect(await next.outcome).toMatchObject({ state: 'done', code: null, detail: null });
      expect(bodyOf(next)).toMatch(/This is question [23] of our conversation/);
    });
  });

  test('an agent killed before it saved anything starts a new conversation', async () => {
    const host = await open();
    await host.ask('Which cases are open?').outcome;
    // At once, or it would still write on its way out.
    process.kill(Number(host.tmux('one', 'display-message', '-p', '#{pane_pid}')), 'SIGKILL');
    host.tmux('one', 'kill-server');
    await until('its end', async () => (await host.sessions()).every(({ live }) => !live));
    const [transcript = ''] = globSync(join(host.projects, '*', '*.jsonl'));
    writeFileSync(
      transcript,
      `{"type":"ai-title","aiTitle":"A title","sessionId":"${basename(transcript, '.jsonl')}"}\n`,
    );
    const next = host.ask('Which cases are open?');
    expect(await next.outcome).toMatchObject({ state: 'done', detail: null });
    expect(bodyOf(next)).toBe('There are 12 open cases.');
  });

  describe('a cancel', () => {
    test.each([
      ['before the first word', 'model wait x', () => true],
      [
        'in a command',
        'model run for i in 1 2 3 4 5 6 7 8 9; do sleep 1; done',
        (asked: Asked) => toolsOf(asked).length > 0,
      ],
      ['while the service is asked again', 'model failing 99', (asked: Asked) => toolsOf(asked).length > 0],
    ] as [string, string, (asked: Asked) => boolean][])('%s leaves a clean agent', async (_when, message, isThere) => {
      const host = await open({ settings: { permissions: { allow: ['Bash'] } } });
      const asked = host.ask(message);
      await askedModel(host, asked);
      await until('the moment', () => isThere(asked));
      await host.cancel('one', asked.turnId);
      expect(await asked.outcome).toMatchObject({ state: 'cancelled' });
      await answersNext(host);
      expect(host.model.questions.map(({ message }) => message)).toEqual([message, 'demo at once']);
    });
  });

  describe('a conversation that grows too long', () => {
    test('is compacted when the owner asks, and goes on', async () => {
      const host = await open();
      // Of less there is nothing to sum up.
      for (let questions = 0; questions < 3; questions++) await answersNext(host);
      host.tmux('one', 'send-keys', '-l', '/compact');
      await until('the command', () => /❯\s\/compact/.test(screen(host)));
      // While its menu is being drawn, a key is lost.
      let pressedAt = Number.NEGATIVE_INFINITY;
      await until('the summary', () => {
        if (performance.now() - pressedAt > 1_000 && /\n❯\s\/compact\s*\n─/.test(screen(host))) {
          pressedAt = performance.now();
          host.tmux('one', 'send-keys', 'Enter');
        }
        return /Compacting|Compacted|compacted/.test(screen(host));
      });
      await answersNext(host);
    });

    // 2.1.197 was not seen to do it by itself.
    test.skipIf(name === '2.1.197')('is compacted automatically in the middle of a turn, which shows so', async () => {
      const host = await open();
      await answersNext(host);
      host.model.context = 995_000;
      await answersNext(host);
      host.model.context = 120;
      const asked = host.ask('demo at once');
      expect(await asked.outcome).toMatchObject({ state: 'done' });
      expect(bodyOf(asked)).toBe('At once.');
      expect(toolsOf(asked)).toEqual([
        'Summing up the conversation so far: running',
        'Summing up the conversation so far: done',
      ]);
    });
  });

  describe('the owner at the terminal', () => {
    test('can ask for themselves, which is no turn and no answer to anybody', async () => {
      const host = await open();
      await answersNext(host);
      host.tmux('one', 'send-keys', '-l', `${OWNER}what is open?`);
      host.tmux('one', 'send-keys', 'Enter');
      await until('the owner’s answer', () => screen(host).includes('● There are 12 open cases.'));
      await answersNext(host);
    });

    test('can rename the conversation', async () => {
      const host = await open();
      await answersNext(host);
      host.tmux('one', 'send-keys', '-l', '/rename The cases of 2026');
      await until('the command', () => /❯\s\/rename The/.test(screen(host)));
      let pressedAt = Number.NEGATIVE_INFINITY;
      await until('the name', () => {
        if (performance.now() - pressedAt > 1_000 && /❯\s\/rename The/.test(screen(host))) {
          pressedAt = performance.now();
          host.tmux('one', 'send-keys', 'Enter');
        }
        return /─ ?The cases of 2026 ?─/i.test(screen(host)) || /renamed/i.test(screen(host));
      });
      await answersNext(host);
    });

    test('can stop a turn', async () => {
      const host = await open();
      const asked = host.ask('demo hold x');
      await asked.hears('chunk');
      host.tmux('one', 'send-keys', 'Escape');
      expect(await asked.outcome).toMatchObject({ state: 'cancelled' });
      await answersNext(host);
    });
  });

  describe('when no hooks arrive', () => {
    test('the answer is taken from the transcript', async () => {
      // Without hooks nobody can be asked: what is not allowed would wait at the terminal.
      const host = await open({ settings: { disableAllHooks: true, permissions: { allow: ['Read'] } } });
      const asked = host.ask('model tools');
      expect(await asked.outcome).toMatchObject({ state: 'done' });
      expect(bodyOf(asked)).toBe('I look at the files.\n\nAnd into one.\n\nThere are none.');
      expect(host.troubles).toEqual([
        expect.objectContaining({ message: expect.stringContaining('hooks were not heard') }),
      ]);
    });

    test('because the daemon is down, the next one has the whole answer', async () => {
      const host = await open();
      const asked = host.ask('demo hold x');
      await asked.hears('chunk');
      await until('the record', async () => (await host.turn('one', asked.turnId, 0)).state === 'running');
      await host.driver.close?.();
      host.release('x');
      await until('the answer on the screen', () => screen(host).includes('the second half'));
      const next = await open({ directory: host.directory, model: host.model });
      const again = next.ask('demo hold x', { turnId: asked.turnId, known: true });
      expect(await again.outcome).toMatchObject({ state: 'done' });
      expect(again.text).toBe('This is the first half.\nThis is the second half.');
      await answersNext(next);
    });

    test('for a moment, the rest of the answer is complete', async () => {
      const host = await open();
      const asked = host.ask('demo hold x');
      await asked.hears('chunk');
      await until('the record', async () => (await host.turn('one', asked.turnId, 0)).state === 'running');
      await host.driver.close?.();
      const next = await open({ directory: host.directory, model: host.model });
      const again = next.ask('demo hold x', { turnId: asked.turnId, known: true });
      host.release('x');
      expect(await again.outcome).toMatchObject({ state: 'done' });
      expect(again.text).toBe('This is the first half.\nThis is the second half.');
      await answersNext(next);
    });
  });
});
