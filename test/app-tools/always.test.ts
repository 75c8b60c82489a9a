/** With `PALIADIN_APP_TOOLS_ASK=always`, what only reads is asked as well. */
import { expect, test } from 'vitest';
import { DENY } from '../../src/contract/turn.ts';
import { answerWith, callsOf, useCases } from './use-apps.ts';

const here = useCases({ PALIADIN_APP_TOOLS_ASK: 'always' });
const MESSAGE = 'Which of my cases are overdue?';

test('a reading tool asks, and gives nothing before it is allowed', async () => {
  const ana = await here.gateway.as('jwt:ana');
  const { turn, seen } = await answerWith(ana, MESSAGE, () => ({ option: 'allow' }));
  expect(seen).toMatchObject([{ kind: 'permission', tool: 'list_cases' }]);
  expect(turn.response).toContain('(app:/cases/42)');
  expect(await callsOf(here.gateway, turn.turnId)).toMatchObject([{ tool: 'list_cases', outcome: 'done' }]);
});

test('what is denied is not read', async () => {
  const ana = await here.gateway.as('jwt:ana');
  const { turn } = await answerWith(ana, MESSAGE, () => ({ option: DENY }));
  expect(turn.response).not.toContain('app:/cases/42');
  expect(await callsOf(here.gateway, turn.turnId)).toMatchObject([{ outcome: 'denied', resultBytes: null }]);
});
