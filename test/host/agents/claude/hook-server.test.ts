/** Who may call as which session's hooks, and with what. */
import { expect, onTestFinished, test } from 'vitest';
import { startHookServer } from '../../../../src/host/agents/claude/hook-server.ts';

const SECRETS: Record<string, string> = { one: 'a'.repeat(64), two: 'b'.repeat(64) };

async function serve(port: number | null = null) {
  const heard: string[] = [];
  const troubles: unknown[] = [];
  const server = await startHookServer(port, {
    secretOf: (session) => SECRETS[session] ?? null,
    async receive(session, { hook_event_name: event }) {
      heard.push(`${session} ${event}`);
      return { heard: true };
    },
    onTrouble: (_what, error) => troubles.push(error),
  });
  let closed: Promise<void> | null = null;
  const close = () => (closed ??= server.close());
  onTestFinished(close);
  const call = (authorization: string, body: string = '{"hook_event_name":"Stop"}', method = 'POST') =>
    fetch(`http://127.0.0.1:${server.port}/paliadin`, {
      method,
      headers: { authorization },
      ...(method === 'POST' ? { body } : {}),
    });
  return { call, heard, troubles, close, port: server.port };
}

test('a session calls with its own secret', async () => {
  const { call, heard } = await serve();
  const response = await call(`Bearer one.${SECRETS.one}`);
  expect([response.status, await response.json(), heard]).toEqual([200, { heard: true }, ['one Stop']]);
});

test.each([
  ['without a secret', ''],
  ['with another session’s secret', `Bearer one.${SECRETS.two}`],
  ['with the beginning of one', `Bearer one.${SECRETS.one?.slice(0, 63)}`],
  ['with nothing behind its name', 'Bearer one.'],
  ['as a session that is none', `Bearer three.${SECRETS.one}`],
  ['as a path', `Bearer ../one.${SECRETS.one}`],
])('nobody calls %s', async (_how, authorization) => {
  const { call, heard } = await serve();
  expect((await call(authorization)).status).toBe(401);
  expect(heard).toEqual([]);
});

test('what is no call is refused, and the next one is taken', async () => {
  const { call, heard, troubles } = await serve();
  const bearer = `Bearer two.${SECRETS.two}`;
  expect((await call(bearer, 'garbage')).status).toBe(400);
  expect((await call(bearer, '[]')).status).toBe(400);
  expect((await call(bearer, '', 'GET')).status).toBe(405);
  expect(troubles).toHaveLength(2);
  expect((await call(bearer)).status).toBe(200);
  expect(heard).toEqual(['two Stop']);
});

test('a call without end is cut off', async () => {
  const { call, heard } = await serve();
  const body = `{"hook_event_name":"Stop","prompt":"${'x'.repeat(17 * 1024 * 1024)}"}`;
  const status = await call(`Bearer one.${SECRETS.one}`, body).then(
    (response) => response.status,
    () => 413, // the connection is closed while it still speaks
  );
  expect(status).toBe(413);
  expect(heard).toEqual([]);
});

test('the next daemon listens where this one did, if it can', async () => {
  const first = await serve();
  const beside = await serve(first.port);
  expect(beside.port).not.toBe(first.port);
  await first.close();
  expect((await serve(first.port)).port).toBe(first.port);
});
