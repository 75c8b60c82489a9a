/**
 * The agent ends in the middle of a question: its program exits, is killed, or goes down with the tmux server
 * that it runs in. The turn fails at once and keeps the first part of the answer, and the next question goes on
 * in the same conversation.
 */
import { expect, test } from 'vitest';
import { useGateway } from '../support/use-gateway.ts';
import { type Somebody, somebody } from './somebody.ts';

const running = useGateway();

test('F9: killing the tmux server fails the turn, and the next turn resumes the conversation', async () => {
  const owner = await somebody(running());
  const { turnId } = await owner.ask('demo hold here');
  await owner.until(turnId, 'chunk');
  process.kill(Number(await owner.tmux('display-message', '-p', '#{pid}')), 'SIGKILL');
  expect(await owner.finished(turnId)).toMatchObject({
    status: 'failed',
    response: 'This is the first half.',
    error: { code: 'agent_stopped', message: STOPPED, retryable: true, detail: 'the tmux server is gone' },
  });
  await remembers(owner, ['demo hold here']);
  expect(await owner.timesReceived(turnId)).toBe(1);
});

test('F9: a tmux server killed between two questions is started again for the next one', async () => {
  const anna = await somebody(running(), 'anna');
  await anna.goesOn();
  process.kill(Number(await anna.tmux('display-message', '-p', '#{pid}')), 'SIGKILL');
  await remembers(anna, ['demo at once']);
});

test('F10: an agent that exits with status 7 fails the turn, and the next turn resumes the conversation', async () => {
  const ben = await somebody(running(), 'ben');
  const { turnId } = await ben.answer('demo crash 7');
  const turn = await (await running().store()).turns.get(turnId);
  expect(turn?.errorDetail).toBe('the agent has ended: exit status 7');
  expect(await ben.turn(turnId)).toMatchObject({
    status: 'failed',
    response: 'This is half of an answer, and the other half',
    // Only the owner is told what has to be mended.
    error: { code: 'agent_stopped', message: STOPPED, retryable: true, detail: null },
  });
  await remembers(ben, ['demo crash 7']);
  expect(await ben.timesReceived(turnId)).toBe(1);
});

test('F10: killing the agent fails the turn, and the owner sees the signal', async () => {
  const owner = await somebody(running());
  const { turnId } = await owner.ask('demo hold there');
  await owner.until(turnId, 'chunk');
  process.kill(Number(await owner.tmux('display-message', '-p', '#{pane_pid}')), 'SIGKILL');
  expect(await owner.finished(turnId)).toMatchObject({
    status: 'failed',
    response: 'This is the first half.',
    error: { code: 'agent_stopped', detail: 'the agent has ended: signal 9' },
  });
  expect(await owner.timesReceived(turnId)).toBe(1);
  await owner.goesOn();
});

const STOPPED = 'The assistant stopped in the middle of your question. Please ask again.';

/** The agent that answers now knows what was asked before. */
async function remembers(person: Somebody, questions: string[]): Promise<void> {
  const turn = await person.answer('demo memory');
  expect(turn).toMatchObject({ status: 'completed', rowsSeen: questions.length, error: null });
  for (const question of questions) expect(turn.response).toContain(question);
  expect(await person.timesReceived(turn.turnId)).toBe(1);
}
