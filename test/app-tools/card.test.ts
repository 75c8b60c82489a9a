/** A tool that changes something is called only once the person who asked has allowed it. */
import { expect, test } from 'vitest';
import { findPerson } from '../../examples/cases/data.ts';
import { DENY } from '../../src/contract/turn.ts';
import { answerWith, callsOf, decideOn, useCases } from './use-apps.ts';

const here = useCases({ PALIADIN_APPROVALS: 'none', PALIADIN_APPROVAL_TIMEOUT: '8s' });
const statusOf = (id: number) => {
  const ana = findPerson('ana');
  return ana && here.app.cases.read(ana, id)?.status;
};

test('a plain member allows a change in their own name, whoever may allow the agent something', async () => {
  const ana = await here.gateway.as('jwt:ana');
  const { turn, seen } = await answerWith(ana, 'close case 44', () => {
    expect(statusOf(44)).toBe('open');
    return { option: 'allow' };
  });
  expect(statusOf(44)).toBe('closed');
  expect(turn.response).toContain('(app:/cases/44)');
  expect(seen).toMatchObject([
    {
      title: 'Do this in the application, in your name: Close case?',
      kind: 'permission',
      tool: 'close_case',
      fields: [{ path: ['id'], text: '44' }],
    },
  ]);
  expect(turn.decisions).toMatchObject([{ option: 'allow', by: 'user' }]);
  expect(await callsOf(here.gateway, turn.turnId)).toMatchObject([
    { tool: 'close_case', arguments: '{"id":44}', outcome: 'done', resultBytes: expect.any(Number), detail: null },
  ]);
});

test('what is denied is not done, and the agent reads why', async () => {
  const ana = await here.gateway.as('jwt:ana');
  const message = 'Schließe Fall 43';
  const decide = () => ({ option: DENY, message: 'noch nicht' });
  const { turn, seen } = await answerWith(ana, message, decide, { locale: 'de' });
  expect(seen[0]?.title).toBe('In der Anwendung in deinem Namen ausführen: Close case?');
  expect(statusOf(43)).toBe('open');
  expect(turn.response).toContain('noch nicht');
  expect(await callsOf(here.gateway, turn.turnId)).toMatchObject([{ outcome: 'denied', resultBytes: null }]);
});

test('stopping the turn closes the card, and nothing is done', async () => {
  const ana = await here.gateway.as('jwt:ana');
  const { turnId } = await ana.ask('close case 43');
  const event = await ana.until(turnId, 'approval');
  await ana.cancel(turnId);
  expect(await ana.turn(turnId)).toMatchObject({ status: 'cancelled', approvals: [] });
  const id = event.type === 'approval' ? event.approval.id : '';
  expect((await decideOn(ana, turnId, id, { option: 'allow' })).status).toBe(404);
  expect(statusOf(43)).toBe('open');
  expect(await callsOf(here.gateway, turnId)).toMatchObject([{ outcome: 'cancelled' }]);
});

test('nobody but the person who asked sees the card, or decides on it', async () => {
  const ana = await here.gateway.as('jwt:ana');
  const { turnId } = await ana.ask('close case 43');
  const event = await ana.until(turnId, 'approval');
  const id = event.type === 'approval' ? event.approval.id : '';
  for (const other of ['jwt:ben', 'owner']) {
    expect((await decideOn(await here.gateway.as(other), turnId, id, { option: 'allow' })).status).toBe(404);
  }
  await decideOn(ana, turnId, id, { option: DENY });
  await ana.finished(turnId);
  expect(statusOf(43)).toBe('open');
});

test('a right that the application does not give is not had by clicking', async () => {
  const ben = await here.gateway.as('jwt:ben');
  const { turn } = await answerWith(ben, 'close case 51', () => ({ option: 'allow' }));
  expect(turn.response).toContain('may not close cases');
  expect(await callsOf(here.gateway, turn.turnId)).toMatchObject([{ outcome: 'error' }]);
});

test('a decision that nobody makes in time is a denial', async () => {
  const ana = await here.gateway.as('jwt:ana');
  const { turn } = await answerWith(ana, 'close case 43', () => null);
  expect(turn.decisions).toMatchObject([{ option: DENY, by: 'timeout' }]);
  expect(statusOf(43)).toBe('open');
}, 120_000);

test('the events tell of a change that was made, and of nothing that only read, was denied, or failed', async () => {
  const ana = await here.gateway.as('jwt:ana');
  const ben = await here.gateway.as('jwt:ben');
  const changesOf = async (turnId: string) => {
    const { events, turns } = await here.gateway.store();
    const userId = (await turns.get(turnId))?.userId ?? '';
    const all = await events.after({ userId, turnId, after: 0, limit: 500 });
    return all.flatMap(({ event }) => (event.type === 'changed' ? [event.tool] : []));
  };
  const allow = () => ({ option: 'allow' });
  const made = await answerWith(ana, 'close case 42', allow);
  const read = await ana.answer('Which of my cases are overdue?');
  const denied = await answerWith(ana, 'close case 43', () => ({ option: DENY }));
  const failed = await answerWith(ben, 'close case 52', allow);
  expect(await Promise.all([made.turn, read, denied.turn, failed.turn].map(({ turnId }) => changesOf(turnId)))).toEqual(
    [['close_case'], [], [], []],
  );
});
