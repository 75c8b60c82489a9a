/** Which calls passed on by the relay the daemon accepts as hooks. */
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startHookServer } from '../../../../src/host/agents/claude/hook-server.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';

async function serve() {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const socketPath = join(path, 'hooks.sock');
  const heard: string[] = [];
  const troubles: unknown[] = [];
  const start = () =>
    startHookServer(socketPath, {
      async receive(session, { hook_event_name: event }) {
        heard.push(`${session} ${event}`);
        return { heard: true };
      },
      onError: (_what, error) => troubles.push(error),
    });
  const server = await start();
  onTestFinished(() => server.close());
  const call = (headers: Record<string, string>, body = '{"hook_event_name":"Stop"}', method = 'POST') => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const asked = request({ socketPath, path: '/paliadin', method, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.once('error', reject);
    asked.end(method === 'POST' ? body : undefined);
    return promise;
  };
  return { call, heard, troubles, start };
}

test('a call counts for the session that the relay authenticated', async () => {
  const { call, heard } = await serve();
  expect([await call({ 'x-paliadin-session': 'one' }), heard]).toEqual([200, ['one Stop']]);
});

test.each([
  ['without a session', {}],
  ['with a secret instead of a session', { authorization: `Bearer one.${'a'.repeat(64)}` }],
  ['with a path as session', { 'x-paliadin-session': '../one' }],
])('a call %s is refused', async (_how, headers: Record<string, string>) => {
  const { call, heard } = await serve();
  expect([await call(headers), heard]).toEqual([401, []]);
});

test('an invalid hook call is refused, and the next one accepted', async () => {
  const { call, heard, troubles } = await serve();
  const headers = { 'x-paliadin-session': 'two' };
  expect(await call(headers, 'garbage')).toBe(400);
  expect(await call(headers, '[]')).toBe(400);
  expect(await call(headers, '', 'GET')).toBe(405);
  expect(troubles).toHaveLength(2);
  expect(await call(headers)).toBe(200);
  expect(heard).toEqual(['two Stop']);
});

test('a new daemon replaces the socket that a killed one left', async () => {
  const { call, start } = await serve();
  const second = await start(); // the first has not closed: its socket is simply in the way
  onTestFinished(() => second.close());
  expect(await call({ 'x-paliadin-session': 'one' })).toBe(200);
});
