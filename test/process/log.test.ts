/** The logs of a real gateway and its daemon: JSON, with the ids of requests and turns, and no user's text. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { somebody } from '../faults/somebody.ts';
import { until } from '../support/until.ts';
import { useGateway } from '../support/use-gateway.ts';

const gateway = useGateway({ env: { PALIADIN_LOG_LEVEL: 'debug' } });
const SECRET = 'xyzzy-4711';

const lines = () =>
  gateway()
    .log.trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('no log has a user’s text, whatever fails', async () => {
  const anna = await somebody(gateway(), 'anna');
  const orders = ['demo echo', 'demo crash 7', 'demo garbage', 'demo limit', 'demo at once'].map(
    (order) => `${order} ${SECRET}`,
  );
  for (const order of orders) await anna.answer(order);
  const json = { 'content-type': 'application/json' };
  const attempts: [string, string, { body?: unknown; headers?: Record<string, string> }][] = [
    ['POST', '/api/turns', { body: `{"message": "${SECRET}` }],
    ['POST', '/api/turns', { body: { message: SECRET, sessionId: `not an id ${SECRET}` } }],
    ['POST', '/api/turns', { body: { message: SECRET }, headers: { 'idempotency-key': `${SECRET} with a space` } }],
    ['POST', '/api/turns', { body: SECRET, headers: { 'content-type': `text/${SECRET}` } }],
    ['GET', `/api/turns/${SECRET}?q=${SECRET}`, {}],
    ['GET', `/${SECRET}`, {}],
    ['GET', `/%zz${SECRET}`, {}],
    ['GET', '/api/me', { headers: { 'user-agent': SECRET, referer: `https://${SECRET}`, 'x-request-id': SECRET } }],
    ['POST', '/api/auth/code', { body: { code: SECRET }, headers: json }],
    ['GET', '/api/me', { headers: { authorization: `Bearer ${SECRET}` } }],
    ['GET', '/api/me', { headers: { cookie: `paliadin=${SECRET}`, 'accept-language': SECRET } }],
  ];
  for (const [method, path, options] of attempts) await anna.call(method, path, options);
  const turn = (await anna.history()).turns.at(-1);
  await anna.call('POST', `/api/turns/${turn?.turnId}/feedback`, { body: { rating: 'down', comment: SECRET } });
  await until('the last to be logged', () => gateway().log.includes('/api/turns/:turnId/feedback'));
  expect(gateway().log).not.toContain(SECRET);
  expect(readFileSync(join(gateway().stateDir, 'host', 'daemon.log'), 'utf8')).not.toContain(SECRET);
});

test('each request has an id that its response carries; each turn is logged with its id', async () => {
  const ben = await gateway().as('ben');
  const response = await ben.call('POST', '/api/turns', { body: { message: 'demo limit' } });
  const { turnId } = (await response.json()) as { turnId: string };
  await ben.finished(turnId);
  const id = response.headers.get('x-request-id');
  const ended = await until('the end to be logged', () =>
    lines().find((line) => line.msg === 'turn ended' && line.turnId === turnId),
  );
  expect(ended).toMatchObject({
    status: 'failed',
    code: 'agent_limit',
    session: expect.any(String),
    ms: expect.any(Number),
  });
  expect(lines().filter((line) => line.reqId === id)).toEqual([
    expect.objectContaining({ msg: 'answered', method: 'POST', route: '/api/turns', status: 202, turnId }),
  ]);
  const refused = await ben.call('GET', '/api/turns/nothing');
  expect(refused.headers.get('x-request-id')).toMatch(/^[\w-]{16}$/);
  const given = await ben.call('GET', '/api/me', { headers: { 'x-request-id': 'mine' } });
  expect(given.headers.get('x-request-id')).not.toBe('mine');
});
