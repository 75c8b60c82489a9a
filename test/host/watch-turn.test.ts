/** A turn that was given up is still watched: its answer may come late, and the terminal is polled rarely. */
import { EventEmitter } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { AgentSignal } from '../../src/host/agents/driver.ts';
import { LiveTurn } from '../../src/host/live-turn.ts';
import type { Pane } from '../../src/host/tmux/pane.ts';
import { watchTurn } from '../../src/host/watch-turn.ts';

function watched() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const ended = vi.fn(async (): Promise<string | null> => null);
  const screen = vi.fn(async () => ({ lines: [], cursor: { row: 0, column: 0 }, title: '' }));
  const pane = Object.assign(new EventEmitter(), { lost: false, ended, screen }) as unknown as Pane;
  const turn = new LiveTurn({ turnId: 't', digest: 'd', nonce: 'n', acceptedAt: 0, fence: 1 });
  const said = Promise.withResolvers<AgentSignal | null>();
  async function* signals(stop: AbortSignal): AsyncGenerator<AgentSignal> {
    stop.addEventListener('abort', () => said.resolve(null));
    const signal = await said.promise;
    if (signal !== null) yield signal;
  }
  const watch = watchTurn(turn, pane, signals, { silenceMs: 1_000, rests: () => false });
  return { watch, ended, screen, say: said.resolve };
}

test('a silent agent’s terminal is polled rarely, and its late answer is received', async () => {
  const { watch, ended, screen, say } = watched();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await watch.end).toMatchObject({ code: 'timeout' });
  const [asked, looked] = [ended.mock.calls.length, screen.mock.calls.length];
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ended.mock.calls.length - asked).toBe(12);
  expect(screen.mock.calls.length).toBe(looked);
  say({ type: 'stopped', inputTokens: null, outputTokens: null });
  expect(await watch.last).toMatchObject({ state: 'done' });
});

test('a silent agent that dies is not waited for any more', async () => {
  const { watch, ended } = watched();
  await vi.advanceTimersByTimeAsync(1_000);
  await watch.end;
  ended.mockResolvedValue('exit status 1');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await watch.last).toBeNull();
  const asked = ended.mock.calls.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ended.mock.calls.length).toBe(asked);
});
