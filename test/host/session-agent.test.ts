/** What may have reached the agent is in the journal before; what is stopped before that never reaches it. */
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PaliadinError } from '../../src/contract/errors.ts';
import type { LiveAgent, LoadedPrompt, SessionAgent } from '../../src/host/session-agent.ts';
import { until } from '../support/until.ts';
import { hostDirectory, testHost } from './test-host.ts';
import { temporaryTmux } from './tmux/temporary-tmux.ts';

test('the journal has a prompt before its agent gets any of it, and not while it is only loaded', async () => {
  const seen: (string | null)[] = [];
  const { host, turnId, stateOf } = await hostWith({
    async load() {
      seen.push(stateOf());
      return {
        drop: async () => {},
        async submit() {
          seen.push(stateOf());
          throw new PaliadinError('agent_not_ready', 'it takes nothing');
        },
      };
    },
  });
  await expect(host.ask('a question', { turnId }).outcome).resolves.toMatchObject({ code: 'agent_not_ready' });
  expect(seen).toEqual([null, 'delivering']);
});

test('a turn that is stopped while its prompt is loaded drops it, and its agent gets nothing', async () => {
  const calls: string[] = [];
  const { host, turnId } = await hostWith({
    async load() {
      await host.cancel('one', turnId);
      return {
        drop: async () => void calls.push('drop'),
        submit: async () => void calls.push('submit'),
      };
    },
  });
  await expect(host.ask('a question', { turnId }).outcome).resolves.toMatchObject({ state: 'cancelled' });
  expect(calls).toEqual(['drop']);
});

test('a loaded text that is dropped leaves no buffer and no file, and the pane got nothing of it', async () => {
  const tmux = await temporaryTmux();
  const pane = await tmux.start(['sh', '-c', 'printf "\\033[?2004h"; cat']);
  await until('bracketed paste', () => pane.bracketedPaste);
  const file = join(tmux.directory, 'prompt');
  const loaded = pane.load('words', file);
  await until('the buffer', () => tmux.tmux('list-buffers') !== '');
  await loaded.drop();
  expect(tmux.tmux('list-buffers')).toBe('');
  expect(existsSync(file)).toBe(false);
  expect((await pane.screen()).lines.join('')).not.toContain('words');
});

/** A host whose sessions have an agent that is always ready, and `load` as it is given. */
async function hostWith({ load }: { load(): Promise<LoadedPrompt> }) {
  const turnId = randomUUID();
  const directory = await hostDirectory();
  const live: LiveAgent = Object.assign(new EventEmitter(), { lost: false, ended: async () => null });
  const agent: SessionAgent = {
    find: async () => live,
    terminal: async () => null,
    look: async () => ({ state: 'ready', box: 'empty' }),
    watched: async () => false,
    ready: async () => live,
    load,
    interrupt: async () => {},
    end: async () => {},
    attachCommand: () => null,
  };
  const host = await testHost({ driver: 'demo', directory, wrap: (driver) => ({ ...driver, open: () => agent }) });
  const file = join(directory, 'sessions', 'one', 'turns', `${turnId}.json`);
  const stateOf = (): string | null => {
    if (!existsSync(file)) return null;
    return JSON.parse(readFileSync(file, 'utf8').split('\n').at(-1) ?? '').state;
  };
  return { host, turnId, stateOf };
}
