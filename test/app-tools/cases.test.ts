/** The application's own tools, from the demo agent's terminal to the example's application and back. */
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CaseApp, startCaseApp } from '../support/case-app.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { until } from '../support/until.ts';

let app: CaseApp;
let gateway: TestGateway;
beforeAll(async () => {
  app = await startCaseApp();
  gateway = await startTestGateway({ env: { PALIADIN_APP_TOOLS_URL: app.url } });
  app.trust(gateway.url);
  await until('the host to be ready', async () => (await fetch(`${gateway.url}/readyz`)).ok);
});
afterAll(async () => {
  await gateway?.dispose();
  await app?.close();
});

test('the agent lists the tools and calls the one that fits, with the rights of the person who asks', async () => {
  const ana = await gateway.as('jwt:ana');
  const ben = await gateway.as('jwt:ben');
  const [anas, bens] = await Promise.all([
    ana.answer('Which of my cases are overdue?'),
    ben.answer('Welche meiner Fälle sind überfällig?', { locale: 'de' }),
  ]);
  expect(anas.response).toContain('[Müller v. Bosch](app:/cases/42)');
  expect(anas.response).toContain('(app:/cases/43)');
  expect(anas.response).not.toContain('app:/cases/44');
  expect(anas.response).not.toContain('app:/cases/51');
  expect(bens.response).toContain('(app:/cases/51)');
  expect(bens.response).not.toContain('app:/cases/42');
  expect(bens.response).toContain('Das sagt die Anwendung');
});

test('each request has a token of its own: for this application, in this turn, for two minutes at most', async () => {
  const ana = await gateway.as('jwt:ana');
  app.tokens.length = 0;
  const turn = await ana.answer('Which of my cases are overdue?');
  expect(app.tokens.length).toBeGreaterThanOrEqual(2);
  for (const token of app.tokens) {
    const { iat = 0, exp = 0, jti, ...claims } = decodeJwt(token);
    expect(claims).toEqual({
      iss: gateway.url,
      aud: app.url,
      sub: 'ana',
      act: { sub: gateway.url },
      turn: turn.turnId,
    });
    expect(exp - iat).toBeLessThanOrEqual(120);
    expect(jti).toMatch(/./);
  }
});
