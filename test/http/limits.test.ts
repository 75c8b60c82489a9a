import { expect, test, vi } from 'vitest';
import { errorBody } from '../../src/contract/api.ts';
import { aPerson, call, runServer } from './running-server.ts';

test('of 1,000 requests of one user the allowed number is answered, and the rest get Retry-After', async () => {
  const server = await runServer({ rateLimit: 100 });
  const [anna, bert] = [await aPerson(server), await aPerson(server, { subject: 'bert' })];
  const statuses: Record<number, number> = {};
  for (let i = 0; i < 20; i++) {
    const results = await Promise.all(
      Array.from({ length: 50 }, () => call(server, 'GET', '/api/turns', { headers: anna.bearer })),
    );
    for (const { status, headers, json } of results) {
      statuses[status as number] = (statuses[status as number] ?? 0) + 1;
      if (status !== 429) continue;
      expect(errorBody.parse(json)).toMatchObject({ code: 'rate_limited', retryable: true });
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
  }
  expect(statuses).toEqual({ 200: 100, 429: 900 });
  expect((await call(server, 'GET', '/api/turns', { headers: bert.bearer })).status).toBe(200);
}, 60_000);

test('requests without a valid sign-in are counted by address', async () => {
  const server = await runServer({ rateLimit: 10 });
  const { bearer } = await aPerson(server);
  const headers = { authorization: 'Bearer pal_guess' };
  const results = [];
  for (let i = 0; i < 12; i++) results.push((await call(server, 'GET', '/api/me', { headers })).status);
  expect(results).toEqual([...Array(10).fill(401), 429, 429]);
  // Whoever shares the address and presents nothing yet is counted apart.
  for (let i = 0; i < 10; i++) expect((await call(server, 'GET', '/readyz')).status).toBe(200);
  expect((await call(server, 'GET', '/readyz')).status).toBe(429);
  expect((await call(server, 'POST', '/nothing')).status).toBe(429);
  expect((await call(server, 'GET', '/healthz')).status).toBe(200);
  expect((await call(server, 'GET', '/api/me', { headers: bearer })).status).toBe(200);
});

test('an overloaded server answers 503 with Retry-After, and /healthz still answers', async () => {
  const server = await runServer({ overloadLimits: { heapShare: 0.0001 } });
  const { bearer } = await aPerson(server);
  await vi.waitFor(
    async () => {
      const { status, json, headers } = await call(server, 'GET', '/api/me', { headers: bearer });
      expect([status, json.code, json.retryable, headers['retry-after']]).toEqual([503, 'rate_limited', true, '5']);
    },
    { timeout: 5000 },
  );
  expect((await call(server, 'GET', '/healthz')).status).toBe(200);
});

test('a server that was blocked for a moment does not count as overloaded', async () => {
  const server = await runServer();
  const { bearer } = await aPerson(server);
  for (let n = 0; n < 3; n++) {
    // Longer than a sample.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1100);
    expect((await call(server, 'GET', '/api/me', { headers: bearer })).status).toBe(200);
  }
});

test('headers that are too long are refused with an error of the API', async () => {
  const server = await runServer();
  const { status, json } = await call(server, 'GET', '/healthz', { headers: { 'x-long': 'x'.repeat(20_000) } });
  expect([status, errorBody.parse(json).code]).toEqual([431, 'bad_request']);
});
