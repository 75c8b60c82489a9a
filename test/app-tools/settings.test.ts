/** Settings of the application's tools that do not go together, and what `doctor` finds at their address. */
import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { appToolsOf } from '../../src/config/app-tools.ts';
import { loadConfig } from '../../src/config/load.ts';
import { examineAppTools } from '../../src/setup/doctor/app-tools.ts';
import { closed, listening } from '../support/case-app.ts';

const URL_ = { PALIADIN_APP_TOOLS_URL: 'https://app.example/mcp' };
const TOKEN_URL = { PALIADIN_APP_TOOLS_TOKEN_URL: 'https://app.example/token' };

test.each([
  [{ PALIADIN_APP_TOOLS_ASK: 'always' }, 'PALIADIN_APP_TOOLS_ASK is set, and no tools'],
  [{ ...URL_, PALIADIN_APP_TOOLS_CLIENT_ID: 'x' }, 'CLIENT_ID is set, and no token endpoint'],
  [{ ...URL_, ...TOKEN_URL }, 'not both PALIADIN_APP_TOOLS_CLIENT_ID and'],
  [
    { ...URL_, ...TOKEN_URL, PALIADIN_APP_TOOLS_CLIENT_ID: 'x', PALIADIN_APP_TOOLS_CLIENT_SECRET_FILE: '/nowhere' },
    "CLIENT_SECRET_FILE can't be read",
  ],
])('%j is refused', (env, says) => {
  expect(() => appToolsOf(loadConfig({ HOME: '/tmp', ...env }, null))).toThrow(says);
});

test('without a server there are no tools; with one, the audience is its address', () => {
  expect(appToolsOf(loadConfig({ HOME: '/tmp' }, null))).toBeNull();
  expect(appToolsOf(loadConfig({ HOME: '/tmp', ...URL_ }, null))).toMatchObject({
    audience: 'https://app.example/mcp',
    ask: 'changes',
    timeoutMs: 30_000,
    maxResultBytes: 256 * 1024,
    maxCalls: 50,
    exchange: null,
  });
});

test.each([
  [401, true, 'asks for a token (401)'],
  [200, false, 'answers whoever calls, without a token'],
  [302, false, 'redirects (302)'],
  [404, false, 'answers with the status 404'],
])('doctor, where the server answers a call without a token with %i', async (status, ok, says) => {
  const server = createServer((_, response) => void response.writeHead(status, { location: '/other' }).end());
  const url = await listening(server);
  onTestFinished(() => closed(server));
  const check = await examineAppTools(loadConfig({ HOME: '/tmp', PALIADIN_APP_TOOLS_URL: url }, null));
  expect(check).toMatchObject({ ok, found: expect.stringContaining(says) });
  expect(check?.remedy).toMatch(/./);
});

test('doctor, where nothing listens', async () => {
  const env = { HOME: '/tmp', PALIADIN_APP_TOOLS_URL: 'http://127.0.0.1:1/mcp' };
  expect(await examineAppTools(loadConfig(env, null))).toMatchObject({ ok: false });
  expect(await examineAppTools(loadConfig({ HOME: '/tmp' }, null))).toBeNull();
});
