/** What the host guarantees with every kind of agent: the same tests run for each driver. */
import { createHash, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { composePrompt } from '../../src/contract/envelope.ts';
import { splitTrailer } from '../../src/contract/trailer.ts';
import { manyLines } from '../../src/demo/answers/sizes.ts';
import { until } from '../support/until.ts';
import { type TestHost, type TestHostOptions, testHost } from './test-host.ts';

export interface DriverTraits {
  driver: TestHostOptions['driver'];
  /** Whether the answer is told while it is written, and the prompt's receipt before that. */
  streams: boolean;
  /** Where it is not the demo agent that answers. */
  open?(options: Partial<TestHostOptions>): Promise<TestHost>;
  /** What has been told of an answer that is held in the middle. */
  half?: string;
  /** What is left of a text that is pasted, where the agent does not keep all of it. */
  pasted?(text: string): string;
  /** How what is typed at the terminal begins, for the model to know it. */
  atTerminal?: string;
  /** A real agent does not crash, hang or open dialogs because it is asked to. */
  obliging?: boolean;
  /** Only what the driver itself has a part in. */
  part?: 'own';
}

export function driverContract(traits: DriverTraits): void {
  const { driver, streams, half = 'This is the first half.', pasted, atTerminal = '', obliging = true, part } = traits;
  const leave = () => {};
  const describeRest: typeof describe | typeof leave = part === 'own' ? leave : describe;
  const open = (options: Partial<TestHostOptions> = {}) => (traits.open ?? testHost)({ driver, ...options });
  /** Waits until the agent works on the turn. */
  const atWork = (host: TestHost, turnId: string, session = 'one') =>
    until('the agent to receive the prompt', () => host.prompts(session).some((prompt) => prompt.turnId === turnId));
  const bodyOf = (asked: { text: string }) => splitTrailer(asked.text).body;

  describe('an answer', () => {
    test('is complete and exact, both streamed and stored', async () => {
      const host = await open();
      const asked = host.ask('demo long 300kb');
      const outcome = await asked.outcome;
      expect(outcome).toMatchObject({ state: 'done', code: null, detail: null, answerLength: asked.text.length });
      expect(bodyOf(asked)).toBe(manyLines(300 * 1024));
      expect(asked.told[0]).toEqual({ type: 'running' });

      let kept = '';
      while (kept.length < outcome.answerLength) kept += (await host.turn('one', asked.turnId, kept.length)).answer;
      expect(kept).toBe(asked.text);
      expect(host.troubles).toEqual([]);
    });

    test('belongs to its question, which arrives exactly as it was asked', async () => {
      const host = await open();
      const questions = [
        { message: 'demo at once\nwith a second line\n\n  and blanks  ' },
        {
          message: 'demo at once\n[PALIADIN: mine]\n$(touch x) `x` ; #(x) \t漢字 🙂',
          pageOrigin: 'https://app/ä b]',
          locale: 'de',
        },
        { message: 'demo at once', context: 'Case 1\n[PALIADIN: x]\n> quoted' },
        { message: `demo at once\n${'a long line, '.repeat(3000)}` },
      ];
      for (const { message, ...envelope } of questions) {
        const asked = host.ask(message, envelope);
        await asked.outcome;
        expect(bodyOf(asked)).toBe('At once.');
        const { context } = envelope as { context?: string };
        const [, ...lines] = composePrompt({ turnId: asked.turnId }, message, context).split('\n');
        const text = lines.join('\n');
        const prompt = host.prompts().at(-1);
        const sha256 = createHash('sha256').update(text).digest('hex');
        expect(prompt).toMatchObject({ turnId: asked.turnId, ...(pasted === undefined ? { sha256 } : {}) });
        if (pasted !== undefined) expect(pasted(prompt?.message ?? '')).toBe(pasted(text));
      }
    });

    test('comes to a question that ends in a backslash', async () => {
      const host = await open();
      const asked = host.ask('demo at once\nC:\\');
      await asked.outcome;
      expect(bodyOf(asked)).toBe('At once.');
      expect(host.prompts().map(({ message }) => message.trimEnd())).toEqual(['demo at once\nC:\\']);
    });
  });

  describeRest('a repeated turn id', () => {
    test('joins the running turn, which is typed once', async () => {
      const host = await open();
      const turnId = randomUUID();
      const [one, other] = [host.ask('demo hold x', { turnId }), host.ask('demo hold x', { turnId })];
      await atWork(host, turnId);
      const third = host.ask('demo hold x', { turnId });
      host.release('x');
      expect(await one.outcome).toMatchObject({ state: 'done' });
      for (const joined of [other, third]) {
        expect(await joined.outcome).toEqual(await one.outcome);
        expect(joined.text).toBe(one.text);
      }
      expect(host.prompts()).toHaveLength(1);
    });

    test('replays an ended turn from the caller’s offset, without typing', async () => {
      const host = await open();
      const asked = host.ask('demo at once');
      await asked.outcome;
      const again = host.ask('demo at once', { turnId: asked.turnId, from: 3 });
      expect(await again.outcome).toEqual(await asked.outcome);
      expect(again.told).toEqual([{ type: 'chunk', offset: 3, text: asked.text.slice(3) }]);
      expect(host.prompts()).toHaveLength(1);
    });

    test('with another question is refused, running or ended', async () => {
      const host = await open();
      const { turnId, outcome } = host.ask('demo hold x');
      await atWork(host, turnId);
      const refused = { code: 'idempotency_mismatch' };
      await expect(host.ask('demo at once', { turnId }).outcome).rejects.toMatchObject(refused);
      await expect(host.ask('demo hold x', { turnId, context: 'more' }).outcome).rejects.toMatchObject(refused);
      host.release('x');
      await outcome;
      await expect(host.ask('demo at once', { turnId }).outcome).rejects.toMatchObject(refused);
      expect(host.prompts()).toHaveLength(1);
    });
  });

  describeRest('turns', () => {
    test('of two sessions run in parallel', async () => {
      const host = await open();
      const held = host.ask('demo hold x', { session: 'one' });
      await atWork(host, held.turnId);
      const other = host.ask('demo at once', { session: 'two' });
      await other.outcome;
      expect(bodyOf(other)).toBe('At once.');
      expect((await host.turn('one', held.turnId, 0)).state).not.toBe('done');
      host.release('x', 'one');
      expect(await held.outcome).toMatchObject({ state: 'done' });
      expect(host.prompts('two')).toHaveLength(1);
    });

    test('of one session run one after the other, in the order they were asked', async () => {
      const host = await open();
      const first = host.ask('demo hold x');
      const others = ['one', 'two', 'three'].map((word) => host.ask(`demo at once\n${word}`));
      await atWork(host, first.turnId);
      for (const { turnId } of others) expect((await host.turn('one', turnId, 0)).state).toBe('accepted');
      host.release('x');
      await Promise.all(others.map(({ outcome }) => outcome));
      expect(host.prompts().map(({ turnId }) => turnId)).toEqual([first, ...others].map(({ turnId }) => turnId));
    });

    test('report their state', async () => {
      const host = await open();
      const nobody = await host.turn('one', randomUUID(), 0);
      expect(nobody).toMatchObject({ state: 'absent', answer: '', answerLength: 0, late: false });

      const asked = host.ask('demo hold x');
      await atWork(host, asked.turnId);
      if (streams) {
        await asked.hears('chunk');
        const told = await host.turn('one', asked.turnId, 8);
        expect(told).toMatchObject({ state: 'running', answer: half.slice(8), answerLength: half.length });
      } else {
        expect(await host.turn('one', asked.turnId, 0)).toMatchObject({ state: 'delivering', answer: '' });
      }
      expect(await host.sessions()).toEqual([{ session: 'one', live: true, running: asked.turnId }]);
      host.release('x');
      await asked.outcome;
      expect(await host.turn('one', asked.turnId, 0)).toMatchObject({ state: 'done', answer: asked.text });
      expect(await host.sessions()).toEqual([{ session: 'one', live: true, running: null }]);
    });
  });

  describe('cancelling', () => {
    test('a running turn stops it, and the agent is ready for the next question', async () => {
      const host = await open();
      const asked = host.ask('demo hold x');
      await atWork(host, asked.turnId);
      await host.cancel('one', asked.turnId);
      expect(await asked.outcome).toMatchObject({ state: 'cancelled', code: 'cancelled' });
      if (streams) expect(asked.text).toBe(half);
      const next = host.ask('demo at once');
      await next.outcome;
      expect(bodyOf(next)).toBe('At once.');
      expect(host.prompts()).toHaveLength(2);
    });

    test('a waiting question never types it', async () => {
      const host = await open();
      const running = host.ask('demo hold x');
      const waiting = host.ask('demo at once');
      await atWork(host, running.turnId);
      await host.cancel('one', waiting.turnId);
      host.release('x');
      expect(await waiting.outcome).toMatchObject({ state: 'cancelled' });
      expect(await running.outcome).toMatchObject({ state: 'done' });
      expect(host.prompts()).toHaveLength(1);
    });

    test('before delivery, while the agent starts, never types the prompt', async () => {
      const host = await open();
      const asked = host.ask('demo at once');
      await until('the terminal', async () => (await host.sessions()).some(({ live }) => live));
      await host.cancel('one', asked.turnId);
      expect(await asked.outcome).toMatchObject({ state: 'cancelled' });
      expect(host.prompts()).toHaveLength(0);
    });

    test('an ended or unknown turn changes nothing', async () => {
      const host = await open();
      const asked = host.ask('demo at once');
      await asked.outcome;
      await host.cancel('one', asked.turnId);
      await host.cancel('one', randomUUID());
      expect((await host.turn('one', asked.turnId, 0)).state).toBe('done');
    });

    test.runIf(obliging)('a turn of an unresponsive agent ends it; the next question gets a new one', async () => {
      const host = await open();
      const asked = host.ask('demo hang');
      await atWork(host, asked.turnId);
      await host.cancel('one', asked.turnId);
      expect(await asked.outcome).toMatchObject({ state: 'cancelled' });
      const next = host.ask('demo at once');
      await next.outcome;
      expect(bodyOf(next)).toBe('At once.');
    });
  });

  describeRest('the conversation', () => {
    test('continues from question to question, and starts anew after a reset', async () => {
      const host = await open();
      const ask = async () => {
        const asked = host.ask('Which cases are open?');
        await asked.outcome;
        return bodyOf(asked);
      };
      expect(await ask()).not.toMatch(/This is question/);
      expect(await ask()).toMatch(/This is question 2 of our conversation/);
      await host.reset('one');
      expect(host.tmux('one', 'list-sessions')).toBe('');
      expect(await ask()).not.toMatch(/This is question/);
      expect(await ask()).toMatch(/This is question 2 of our conversation/);
    });

    test.runIf(obliging)('continues after the agent crashed, and the exit status is reported', async () => {
      const host = await open();
      await host.ask('Which cases are open?').outcome;
      const crashed = host.ask('demo crash 7');
      expect(await crashed.outcome).toMatchObject({
        state: 'failed',
        code: 'agent_stopped',
        detail: 'the agent has ended: exit status 7',
      });
      if (streams) expect(crashed.text).toBe('This is half of an answer, and the other half');
      const next = host.ask('And which are due?');
      await next.outcome;
      expect(bodyOf(next)).toMatch(/This is question 3 of our conversation/);
    });

    test('continues after its tmux server was killed', async () => {
      const host = await open();
      const first = host.ask('Which cases are open?');
      await first.outcome;
      await host.acknowledge('one', first.turnId); // by then the agent has written it down
      const asked = host.ask('demo hold x');
      await atWork(host, asked.turnId);
      host.tmux('one', 'kill-server');
      expect(await asked.outcome).toMatchObject({ code: 'agent_stopped', detail: 'the tmux server is gone' });
      const next = host.ask('And which are due?');
      await next.outcome;
      // A real agent that is ended at once may not have written down what it was asked last.
      expect(bodyOf(next)).toMatch(obliging ? /This is question 3 of/ : /This is question [23] of/);
    });

    test('cancels its running and waiting turns on a reset', async () => {
      const host = await open();
      const asked = host.ask('demo hold x');
      const waiting = host.ask('demo at once');
      await atWork(host, asked.turnId);
      await host.reset('one');
      expect(await asked.outcome).toMatchObject({ state: 'cancelled' });
      expect(await waiting.outcome).toMatchObject({ state: 'cancelled' });
      const next = host.ask('Which cases are open?');
      await next.outcome;
      expect(bodyOf(next)).not.toMatch(/This is question/);
    });

    test('starts anew after a reset while its agent starts', async () => {
      const host = await open();
      const asked = host.ask('Which cases are open?');
      await until('acceptance', async () => (await host.turn('one', asked.turnId, 0)).state !== 'absent');
      await host.reset('one');
      expect((await asked.outcome).state).toMatch(/cancelled|done/);
      const next = host.ask('Which cases are open?');
      await next.outcome;
      expect(bodyOf(next)).not.toMatch(/This is question/);
    });
  });

  describe('an agent that exits without an answer', () => {
    test('ends the turn long before the silence timeout', async () => {
      const host = await open();
      const asked = host.ask('demo limit');
      expect(await asked.outcome).toMatchObject({ state: 'failed', code: streams ? 'agent_limit' : 'agent_error' });
      const next = host.ask('demo at once');
      await next.outcome;
      expect(bodyOf(next)).toBe('At once.');
    });
  });

  describe('the silence timeout', () => {
    test('ends the turn, and an answer that still comes is late', async () => {
      const host = await open({ silenceMs: 1000 });
      const heard: { session: string; turnId: string }[] = [];
      host.onLate((late) => heard.push(late));
      const asked = host.ask('demo hold x');
      expect(await asked.outcome).toMatchObject({ state: 'failed', code: 'timeout' });
      await host.acknowledge('one', asked.turnId);
      host.release('x');
      await until('the late answer', () => heard.length > 0);
      expect(heard).toEqual([{ session: 'one', turnId: asked.turnId }]);
      expect(await host.turn('one', asked.turnId, 0)).toMatchObject({
        state: 'failed',
        code: 'timeout',
        late: true,
        answer: expect.stringMatching(/^This is the first half\.\s+This is the second half\./),
      });
    });

    test('is followed by the next question, which gets its own answer only', async () => {
      const host = await open({ silenceMs: 1000 });
      const asked = host.ask('demo hold x');
      await asked.outcome;
      const next = host.ask('demo at once');
      expect(await next.outcome).toMatchObject({ state: 'done' });
      expect(bodyOf(next)).toBe('At once.');
      host.release('x');
      const after = host.ask('demo at once');
      await after.outcome;
      expect(bodyOf(after)).toBe('At once.');
      expect((await host.turn('one', asked.turnId, 0)).late).toBe(false);
    });

    test.runIf(obliging)('does not run while the agent asks for permission', async () => {
      const host = await open({ silenceMs: 1500 });
      const asked = host.ask('demo approve');
      await atWork(host, asked.turnId);
      await until('the dialog', async () => host.tmux('one', 'capture-pane', '-p').includes('1. Yes'));
      if (streams) {
        await asked.hears('approval');
        // One that began later and is silent has been given up by now.
        expect(await host.ask('demo hold y', { session: 'two' }).outcome).toMatchObject({ code: 'timeout' });
      }
      host.tmux('one', 'send-keys', '1');
      expect(await asked.outcome).toMatchObject({ state: 'done' });
      expect(bodyOf(asked)).toBe('You allowed it, so I did: delete file x');
      if (streams) expect(asked.told).toContainEqual({ type: 'approval-closed', id: 'approval-1' });
    });
  });

  describeRest('a gateway with an older fence', () => {
    test('is refused and types nothing, also at the next daemon', async () => {
      const host = await open();
      await host.ask('demo at once', { fence: 5 }).outcome;
      const old = { code: 'conflict' };
      await expect(host.ask('demo at once', { fence: 4 }).outcome).rejects.toMatchObject(old);
      expect(await host.ask('demo at once', { fence: 5 }).outcome).toMatchObject({ state: 'done' });
      expect(host.prompts()).toHaveLength(2);
      await host.shutdown();
      const next = await open({ directory: host.directory });
      await expect(next.ask('demo at once', { fence: 4 }).outcome).rejects.toMatchObject(old);
      // Another session has not seen the number.
      expect(await next.ask('demo at once', { fence: 4, session: 'two' }).outcome).toMatchObject({ state: 'done' });
    });

    test('can’t join a turn that a newer one has joined, also at the next daemon', async () => {
      const host = await open();
      const turnId = randomUUID();
      const ask = (at: typeof host, fence: number) => at.ask('demo at once', { turnId, fence });
      await ask(host, 5).outcome;
      await ask(host, 6).outcome;
      await expect(ask(host, 4).outcome).rejects.toMatchObject({ code: 'conflict' });
      // A turn that came after says nothing against whoever has the turn.
      await host.ask('demo at once', { fence: 9 }).outcome;
      expect(await ask(host, 6).outcome).toMatchObject({ state: 'done' });
      expect(host.prompts()).toHaveLength(2);
      await host.shutdown();
      const next = await open({ directory: host.directory });
      await expect(ask(next, 4).outcome).rejects.toMatchObject({ code: 'conflict' });
      expect(await ask(next, 6).outcome).toMatchObject({ state: 'done' });
    });

    test.runIf(streams)('can’t join a running turn after the newer one has joined', async () => {
      const host = await open();
      const turnId = randomUUID();
      const ask = (fence: number) => host.ask('demo hold x', { turnId, fence });
      const first = ask(5);
      await first.hears('running');
      const second = ask(6);
      await second.hears('running');
      await expect(ask(5).outcome).rejects.toMatchObject({ code: 'conflict' });
      host.release('x');
      expect(await second.outcome).toMatchObject({ state: 'done' });
    });

    test('is refused when both ask a new session at once', async () => {
      const host = await open();
      const [newer, older] = [host.ask('demo at once', { fence: 9 }), host.ask('demo at once', { fence: 8 })];
      await expect(older.outcome).rejects.toMatchObject({ code: 'conflict' });
      expect(await newer.outcome).toMatchObject({ state: 'done' });
      expect(host.prompts()).toHaveLength(1);
    });
  });

  (obliging ? describe : leave)('a dialog', () => {
    test('blocks questions, which are not typed, until somebody answers it', async () => {
      const host = await open();
      await host.ask('demo dialog').outcome;
      const inTheWay = { code: 'agent_not_ready', detail: expect.stringContaining('Trust this folder?') };
      await until('the dialog', () => host.tmux('one', 'capture-pane', '-p').includes('Trust this folder?'));
      await expect(host.health('one')).rejects.toMatchObject(inTheWay);
      await host.health('two');
      const refused = host.ask('demo at once');
      expect(await refused.outcome).toMatchObject({ state: 'failed', ...inTheWay });
      expect((await host.turn('one', refused.turnId, 0)).state).toBe('absent');
      expect(host.prompts()).toHaveLength(1);

      host.tmux('one', 'send-keys', '2');
      expect(await host.ask('demo at once', { turnId: refused.turnId }).outcome).toMatchObject({ state: 'done' });
      await host.health('one');
    });
  });

  describe('after the gateway acknowledges a turn', () => {
    test('its answer can still be fetched, and the agent’s own record is deleted', async () => {
      const host = await open();
      const asked = host.ask('demo at once');
      await asked.outcome;
      const records = async () =>
        (await readdir(join(host.directory, 'sessions', 'one', 'agent'))).filter((name) =>
          name.startsWith(asked.turnId),
        );
      expect(await records()).toHaveLength(1);
      await host.acknowledge('one', asked.turnId);
      await host.acknowledge('one', asked.turnId);
      expect(await records()).toEqual([]);
      expect(await host.turn('one', asked.turnId, 0)).toMatchObject({ state: 'done', answer: asked.text });
    });
  });

  describeRest('a prompt typed at the terminal', () => {
    test('is no turn; a question waits until it is done, and its user gets a notice', async () => {
      const host = await open();
      await host.ask('demo at once').outcome;
      const screen = () => host.tmux('one', 'capture-pane', '-p');
      host.tmux('one', 'send-keys', '-l', `${atTerminal}demo hold x`);
      await until('the typed text', () => screen().includes('demo hold x'));
      host.tmux('one', 'send-keys', 'Enter');
      await until('the agent at work', () => screen().includes('first half'));
      const asked = host.ask('demo at once');
      await until('the reason', () => asked.told.some(({ type }) => type === 'notice'));
      expect(asked.told).toEqual([{ type: 'notice', notice: 'terminal' }]);
      expect(host.prompts().map(({ turnId }) => turnId)).not.toContain(asked.turnId);
      host.release('x');
      expect(await asked.outcome).toMatchObject({ state: 'done' });
      expect(bodyOf(asked)).toBe('At once.');
      expect(asked.told.filter(({ type }) => type === 'notice')).toHaveLength(1);
    });
  });

  describeRest('attaching', () => {
    test('gives a command for a live session, and an error for another', async () => {
      const host = await open();
      await expect(host.attach('one')).rejects.toMatchObject({ code: 'not_found' });
      await host.ask('demo at once').outcome;
      const [program, ...args] = await host.attach('one');
      expect(program).toMatch(/\/tmux$/);
      expect(args.slice(-2)).toEqual(['-t', '=one:']);
    });
  });
}
