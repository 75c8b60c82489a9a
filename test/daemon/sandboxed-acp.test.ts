/** What a sandboxed agent that speaks ACP is told of its models: the relay, and its session's token. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { modelServicesIn } from '../../src/config/isolation/model-services.ts';
import { sandboxedEnv } from '../../src/daemon/sandboxed-acp.ts';
import { temporaryDirectory } from '../support/temporary.ts';

const access = { token: 'one.abc', port: 4000 };
const env = { ANTHROPIC_API_KEY: 'secret-a', OPENAI_API_KEY: 'secret-o', GEMINI_API_KEY: 'secret-g' };

test.each([
  [undefined, '/usr/bin/codex-acp', ['openai']],
  [undefined, '/opt/gemini', ['gemini']],
  [undefined, '/opt/opencode', ['anthropic']],
  ['openai, anthropic', '/opt/opencode', ['anthropic', 'openai']],
  ['gemini', '/usr/bin/codex-acp', ['gemini']],
])('of the setting %s and the program %s come the APIs %j', (setting, program, services) => {
  expect(modelServicesIn(setting, program)).toEqual(services);
});

test('it gets the relay’s address for what is named, and none of the owner’s keys', () => {
  const told = sandboxedEnv({ program: '/opt/codex-acp', services: ['openai'], shared: null, access, env });
  expect(told).toMatchObject({
    OPENAI_BASE_URL: 'http://127.0.0.1:4000/openai/v1',
    OPENAI_API_KEY: 'one.abc',
    HTTPS_PROXY: 'http://one:abc@127.0.0.1:4000',
  });
  expect(Object.keys(told)).not.toContain('ANTHROPIC_BASE_URL');
  expect(JSON.stringify(told)).not.toContain('secret');
});

test('OpenCode gets it as configuration, and asks unless its owner says otherwise', async () => {
  const { path: shared, remove } = await temporaryDirectory();
  onTestFinished(remove);
  const services = ['anthropic', 'gemini'] as const;
  const content = () => {
    const told = sandboxedEnv({ program: '/opt/opencode', services, shared, access, env });
    return JSON.parse(told.OPENCODE_CONFIG_CONTENT ?? '');
  };
  expect(content()).toEqual({
    provider: {
      anthropic: { options: { baseURL: 'http://127.0.0.1:4000/model/v1', apiKey: 'one.abc' } },
      google: { options: { baseURL: 'http://127.0.0.1:4000/gemini/v1beta', apiKey: 'one.abc' } },
    },
    permission: { bash: 'ask', edit: 'ask', webfetch: 'ask' },
    autoupdate: false,
    share: 'disabled',
  });
  writeFileSync(join(shared, 'opencode.json'), JSON.stringify({ permission: { bash: 'deny' } }));
  expect(content().permission).toEqual({ bash: 'deny' });
});

test('without a key for what is named no agent is started, and the reason names the variable', () => {
  const start = () =>
    sandboxedEnv({
      program: '/opt/codex-acp',
      services: ['openai'],
      shared: null,
      access,
      env: { OPENAI_API_KEY: '' },
    });
  expect(start).toThrow(
    expect.objectContaining({ code: 'agent_not_ready', detail: expect.stringContaining('set OPENAI_API_KEY') }),
  );
});
