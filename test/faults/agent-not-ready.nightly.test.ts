/**
 * The agent runs but can't take a prompt: a dialog is open, where Enter would approve whatever it says, or
 * bracketed paste is off, where every newline would be an Enter. Nothing is typed, the turn's error says what
 * is in the way, and after somebody has answered at the terminal the next question works.
 */
import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { useGateway } from '../support/use-gateway.ts';
import { type Somebody, somebody } from './somebody.ts';

const running = useGateway();

test('F12: while a dialog is open the turn fails with the dialog’s text, and nothing is typed into it', async () => {
  const owner = await somebody(running());
  const before = await owner.answer('demo dialog');
  for (const knownToBeWell of [true, false]) {
    // A gateway that has just seen the host well asks at once; a new one asks how it is first.
    if (!knownToBeWell) {
      await running().end('SIGKILL');
      await running().start();
    }
    const turn = await owner.answer('demo echo a question\nof two lines');
    expect(turn).toMatchObject({
      status: 'failed',
      response: '',
      error: {
        code: 'agent_not_ready',
        message: 'The assistant is not ready: something on its screen waits for the owner.',
        retryable: true,
        detail: expect.stringMatching(/a dialog is open: .*Trust this folder\? .*1\. Yes, I trust it .*2\. No/),
      },
    });
    expect(await owner.timesReceived(turn.turnId)).toBe(0);
  }
  expect(await owner.tmux('capture-pane', '-p')).toContain('Trust this folder?');
  expect(await running().prompts(owner.session)).toMatchObject([{ turnId: before.turnId }]);

  await owner.tmux('send-keys', '2');
  await boxIsThere(owner);
  await owner.goesOn();
});

test('F13: while the agent does not accept bracketed paste, the turn fails and nothing is typed', async () => {
  const anna = await somebody(running(), 'anna');
  const before = await anna.answer('demo raw');
  const turn = await anna.answer('demo echo a question\nof two lines');
  expect(turn).toMatchObject({ status: 'failed', response: '', error: { code: 'agent_not_ready', retryable: true } });
  const row = await (await running().store()).turns.get(turn.turnId);
  expect(row?.errorDetail).toBe('the agent does not accept bracketed paste');
  expect(await running().prompts(anna.session)).toMatchObject([{ turnId: before.turnId }]);
  expect(await anna.tmux('capture-pane', '-p')).not.toContain('a question');

  await anna.tmux('send-keys', '-l', 'demo cooked');
  await anna.tmux('send-keys', 'Enter');
  await until('bracketed paste', async () => (await anna.tmux('capture-pane', '-p')).includes('is on again'));
  await boxIsThere(anna);
  await anna.goesOn();
});

async function boxIsThere(person: Somebody): Promise<void> {
  await until('the box', async () => /^❯\s*$/m.test(await person.tmux('capture-pane', '-p')));
}
