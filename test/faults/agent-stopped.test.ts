/**
 * The agent ends in the middle of a question: its program exits, is killed, or goes down with the tmux server
 * that holds it. The person is told so at once, keeps the half of the answer that there is, and goes on in
 * the same conversation with the next question.
 */
import { expect, test } from 'vitest';
import { useGateway } from '../support/use-gateway.ts';
import { type Somebody, somebody } from './somebody.ts';

const running = useGateway();

test('F9: the tmux server is killed: the turn says so, and the next one resumes the conversation', async () => {
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

test('F9: killed while nothing was asked, it is started again for the next question', async () => {
  const anna = await somebody(running(), 'anna');
  await anna.goesOn();
  process.kill(Number(await anna.tmux('display-message', '-p', '#{pid}')), 'SIGKILL');
  await remembers(anna, ['demo at once']);
});

test('F10: the agent exits with status 7: the turn says so, and the next one resumes the conversation', async () => {
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

test('F10: the agent is killed: the owner reads by which signal', async () => {
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
