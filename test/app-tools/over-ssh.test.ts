/** The same where the agent is behind a real sshd: calls travel back through the channel that is open already. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CaseApp, startCaseApp } from '../support/case-app.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type Laptop, startLaptop } from '../support/laptop.ts';
import { until } from '../support/until.ts';
import { answerWith, callsOf } from './use-apps.ts';

let app: CaseApp;
let laptop: Laptop;
let gateway: TestGateway;
beforeAll(async () => {
  [app, laptop] = await Promise.all([startCaseApp(), startLaptop()]);
  gateway = await startTestGateway({ laptop, env: { PALIADIN_APP_TOOLS_URL: app.url } });
  app.trust(gateway.url);
  await until('the host to be ready', async () => (await fetch(`${gateway.url}/readyz`)).ok);
}, 120_000);
afterAll(async () => {
  await gateway?.dispose();
  await Promise.all([laptop?.dispose(), app?.close()]);
});

test('two people ask the same, and each gets their own rows', async () => {
  const [anas, bens] = await Promise.all(
    ['jwt:ana', 'jwt:ben'].map(async (who) => (await gateway.as(who)).answer('Which of my cases are overdue?')),
  );
  expect(anas?.response).toContain('(app:/cases/42)');
  expect(anas?.response).not.toContain('(app:/cases/51)');
  expect(bens?.response).toContain('(app:/cases/51)');
  expect(bens?.response).not.toContain('(app:/cases/42)');
}, 90_000);

test('a change is allowed by the person who asked, whatever the host lets a gateway allow', async () => {
  const ana = await gateway.as('jwt:ana');
  const { turn } = await answerWith(ana, 'close case 44', () => ({ option: 'allow' }));
  expect(turn.response).toContain('closed');
  expect(await callsOf(gateway, turn.turnId)).toMatchObject([{ tool: 'close_case', outcome: 'done' }]);
});

test('a card outlives the connection: the call is sent again, and made once', async () => {
  const ana = await gateway.as('jwt:ana');
  const { turnId } = await ana.ask('close case 43');
  const event = await ana.until(turnId, 'approval');
  laptop.cut();
  await until('the host to be back', async () => (await fetch(`${gateway.url}/readyz`)).ok);
  const id = event.type === 'approval' ? event.approval.id : '';
  const path = `/api/turns/${turnId}/approvals/${encodeURIComponent(id)}`;
  expect((await ana.call('POST', path, { body: { option: 'allow' } })).status).toBe(200);
  expect((await ana.finished(turnId)).response).toContain('(app:/cases/43)');
  expect(await callsOf(gateway, turnId)).toMatchObject([{ tool: 'close_case', outcome: 'done' }]);
}, 120_000);
