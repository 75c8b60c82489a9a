/** Which of the daemon's variables an agent gets: what it needs to run, and none of ours or a caller's. */
import { expect, test } from 'vitest';
import { agentEnv } from '../../src/config/agent-env.ts';

test('an agent gets home, path, language, proxies and its own settings', () => {
  const env = {
    PATH: '/bin',
    HOME: '/home/m',
    USER: 'm',
    SHELL: '/bin/sh',
    LANG: 'de_AT.UTF-8',
    LC_ALL: 'C.UTF-8',
    TZ: 'Europe/Vienna',
    XDG_CONFIG_HOME: '/home/m/.config',
    HTTPS_PROXY: 'http://proxy',
    no_proxy: 'localhost',
    ANTHROPIC_API_KEY: 'key',
    CLAUDE_CONFIG_DIR: '/home/m/.claude',
  };
  const here = 'localhost,127.0.0.1,::1';
  expect(agentEnv(env)).toEqual({ ...env, no_proxy: here, NO_PROXY: here, TERM: 'xterm-256color' });
});

test('an agent gets no other variable', () => {
  const env = {
    PALIADIN_STATE_DIR: '/x',
    PALIADIN_SSH_KEY: 'secret',
    SSH_ORIGINAL_COMMAND: 'connect 1',
    SSH_CONNECTION: '1.2.3.4',
    SSH_AUTH_SOCK: '/agent',
    LC_evil: 'x',
    'LC_A;B': 'x',
    NODE_OPTIONS: '--require /evil.js',
    LD_PRELOAD: '/evil.so',
    TMUX: '/tmp/tmux,1,0',
    TERM: 'evil',
    DISPLAY: ':0',
    GIT_SSH_COMMAND: 'evil',
    npm_config_cache: '/x',
    ANTHROPIC_lower: 'x',
    XPATH: 'x',
    PATHX: 'x',
    EMPTY: undefined,
  };
  expect(agentEnv(env)).toEqual({ LANG: 'C.UTF-8', TERM: 'xterm-256color' });
});

test('NO_PROXY and no_proxy include this machine when the owner has a proxy', () => {
  const list = 'git.example,10.0.0.0/8,127.0.0.1,localhost,::1';
  expect(agentEnv({ HTTPS_PROXY: 'http://proxy.example:3128', NO_PROXY: 'git.example, 10.0.0.0/8' })).toMatchObject({
    HTTPS_PROXY: 'http://proxy.example:3128',
    NO_PROXY: list,
    no_proxy: list,
  });
  expect(agentEnv({ http_proxy: 'http://proxy.example:3128' })).toMatchObject({ no_proxy: '127.0.0.1,localhost,::1' });
  expect(agentEnv({})).not.toHaveProperty('no_proxy');
});
