/** The relay's small parts, each by itself. */
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { modelUpstream } from '../../../src/daemon/host-relay.ts';
import { agentSecret, readAgentSecret, revokeAgentSecret } from '../../../src/host/agent-secret.ts';
import { boundedLog, summarised } from '../../../src/host/relay/bounded-log.ts';
import { modelForwarder } from '../../../src/host/relay/model.ts';
import { parseRule } from '../../../src/host/relay/network-policy.ts';
import { dialAddresses } from '../../../src/host/relay/proxy.ts';
import { isOwn, isPublic } from '../../../src/host/relay/public-address.ts';
import { parseSettings } from '../../../src/host/relay/settings.ts';
import { temporaryDirectory } from '../../support/temporary.ts';
import { listening, serverForTest } from './test-relay.ts';

async function directoryForTest(): Promise<string> {
  const { path, remove } = await temporaryDirectory();
  onTestFinished(remove);
  return path;
}

describe('a session’s secret', () => {
  test('is created once, differs by session, and is outside the agent’s directory with mode 600', async () => {
    const sessions = await directoryForTest();
    expect(readAgentSecret(sessions, 'one')).toBe(null);
    const secret = agentSecret(sessions, 'one');
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect([agentSecret(sessions, 'one'), readAgentSecret(sessions, 'one')]).toEqual([secret, secret]);
    expect(agentSecret(sessions, 'two')).not.toBe(secret);
    const { mode } = statSync(join(sessions, 'one', 'agent-secret'));
    expect(mode & 0o777).toBe(0o600);
    expect(existsSync(join(sessions, 'one', 'agent'))).toBe(false);
  });

  test('that is revoked is replaced by a new one', async () => {
    const sessions = await directoryForTest();
    const secret = agentSecret(sessions, 'one');
    revokeAgentSecret(sessions, 'one');
    expect(readAgentSecret(sessions, 'one')).toBe(null);
    expect(agentSecret(sessions, 'one')).not.toBe(secret);
  });

  test.each(['../one', '', 'One', '.', 'a/b'])('is never looked up under an invalid session name: %j', async (name) => {
    const sessions = await directoryForTest();
    for (const use of [agentSecret, readAgentSecret, revokeAgentSecret]) expect(() => use(sessions, name)).toThrow();
  });
});

test.each([
  ...['8.8.8.8', '93.184.215.14', '2606:4700::1', '2a00:1450:4001::1'].map((address) => [address, true] as const),
  ...[
    '127.0.0.1',
    '127.9.9.9',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.1.1',
  ].map((address) => [address, false] as const),
  ...[
    '100.64.0.1',
    '192.0.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '255.255.255.255',
  ].map((address) => [address, false] as const),
  ...['::', '::1', '::ffff:10.0.0.1', '::ffff:a00:1', '::10.0.0.1', 'fe80::1', 'fc00::1', 'fd12::1', 'ff02::1'].map(
    (address) => [address, false] as const,
  ),
  ...['2001:db8::1', '2001::1', '2002:a00:1::', '64:ff9b::a00:1', '3fff::1', 'fec0::1', '4000::1'].map(
    (address) => [address, false] as const,
  ),
])('%s is public: %s', (address, expected) => {
  expect(isPublic(address)).toBe(expected);
});

test('own addresses are loopback, unspecified, and those of this machine’s interfaces', () => {
  for (const address of ['127.0.0.1', '127.1.2.3', '0.0.0.0', '::1', '::', '::ffff:127.0.0.1']) {
    expect(isOwn(address), address).toBe(true);
  }
  expect(isOwn('8.8.8.8')).toBe(false);
});

test('a connection goes to the checked address, without looking the name up again', async () => {
  const port = await listening(createServer((caller) => void caller.end('here')));
  const socket = dialAddresses({ host: 'no-such-name.invalid', port }, [{ address: '127.0.0.1', family: 4 }]);
  expect(String((await once(socket, 'data'))[0])).toBe('here');
  socket.destroy();
});

test.each([
  'http://example.com',
  'example.com/',
  '*',
  '*.',
  '*.*.com',
  'a b',
  '',
  'example.com:',
  'example.com:0',
  '*.10.0.0.1',
  '[::1',
])('an invalid entry of the network list is refused with a reason: %j', (entry) => {
  expect(() => parseRule(entry)).toThrow('PALIADIN_SANDBOX_NETWORK');
});

test.each([
  [null, 'network'],
  [{ upstream: null }, 'network'],
  [{ upstream: null, network: [1] }, 'network'],
  [{ upstream: { url: 'file:///x', headers: {} }, network: [] }, 'upstream.url'],
  [{ upstream: { url: 'http://x', headers: { a: 1 } }, network: [] }, 'upstream.headers'],
  [{ upstream: null, network: [], closedPorts: ['1'] }, 'closedPorts'],
])('invalid settings are refused with a reason: %j', (settings, word) => {
  expect(() => parseSettings(settings)).toThrow(word);
});

test('the model’s URL and credentials are the owner’s; without credentials there is no upstream', () => {
  expect(modelUpstream({})).toBe(null);
  expect(modelUpstream({ ANTHROPIC_API_KEY: 'k' })).toEqual({
    url: 'https://api.anthropic.com',
    headers: { 'x-api-key': 'k' },
  });
  expect(modelUpstream({ ANTHROPIC_AUTH_TOKEN: 't', ANTHROPIC_BASE_URL: 'http://127.0.0.1:8/x' })).toEqual({
    url: 'http://127.0.0.1:8/x',
    headers: { authorization: 'Bearer t' },
  });
});

describe('a model that', () => {
  /** Passes one request on with these deadlines, and says how it ended. */
  async function asked(
    answer: RequestListener,
    deadlines: { firstByteMs?: number; idleMs?: number },
  ): Promise<unknown> {
    const url = `http://127.0.0.1:${await serverForTest(answer)}`;
    const pass = modelForwarder({ proxyEnv: {}, ...deadlines });
    const caller = { session: 'one', secret: '0' };
    const to = { service: 'anthropic', upstream: { url, headers: {} } } as const;
    const port = await serverForTest((request, response) => pass(request, response, caller, to));
    const response = await fetch(`http://127.0.0.1:${port}/model/v1/models`);
    return response.text().then(
      (text) => [response.status, text],
      (error: Error) => error.message,
    );
  }

  test('does not begin to answer is given up with 504', async () => {
    const said = await asked(() => undefined, { firstByteMs: 50 });
    expect(said).toEqual([504, expect.stringContaining('has not begun to answer')]);
  });

  test('is silent in the middle of an answer is given up, and the answer breaks off', async () => {
    const said = await asked((_request, response) => void response.writeHead(200).write('half'), { idleMs: 50 });
    expect(said).toBe('terminated');
  });

  test('takes longer in total, but is never silent for that long, is read to the end', async () => {
    const said = await asked(
      async (_request, response) => {
        for (let at = 0; at < 6; at++) {
          response.write(String(at));
          await delay(50);
        }
        response.end();
      },
      { idleMs: 250, firstByteMs: 250 },
    );
    expect(said).toEqual([200, '012345']);
  });
});

test('the log never grows past twice its limit', async () => {
  const file = join(await directoryForTest(), 'relay.log');
  const log = boundedLog(file, () => 0, 1_000);
  for (let at = 0; at < 100; at++) log('something', { at });
  expect(statSync(file).size).toBeLessThanOrEqual(1_000);
  expect(statSync(`${file}.1`).size).toBeLessThanOrEqual(1_000);
  expect(readFileSync(file, 'utf8')).toMatch(/\{"time":0,"what":"something","at":99\}\n$/);
});

test('a repeated event is logged once a minute, with its count', () => {
  const lines: unknown[] = [];
  let now = 0;
  const note = summarised(
    (what, facts) => lines.push([what, facts]),
    'refused',
    () => now,
  );
  for (now = 0; now <= 60_000; now += 1_000) note();
  expect(lines).toEqual([
    ['refused', { times: 1 }],
    ['refused', { times: 60 }],
  ]);
});
